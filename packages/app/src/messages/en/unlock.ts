export const unlock = {
  unlock: {
    title: 'Sign in',
    why: 'Your records are locked on this device.',
    passkey: 'Use my fingerprint, face or device code',
    password: 'Password',
    phrase: 'The 24 words from your paper',
    usePhrase: 'I cannot do that: use my paper instead',
    open: 'Open my records',
    saved: 'Nothing was changed.',
  },
}
