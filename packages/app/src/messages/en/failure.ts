export const failure = {
  failure: {
    'gateway-unreachable': {
      what: 'The hospital’s server does not answer',
      next: 'Check that this device is online, and try again. If it stays like this, call the hospital.',
    },
    'rate-limited': { what: 'That was too often in a short time', next: 'Wait a minute, then try again.' },
    'not-found': {
      what: 'It is not there, or not open to you',
      next: 'If you think it should be, ask whoever sent you here.',
    },
    'invitation-refused': {
      what: 'This link no longer works',
      next: 'It can be used once, within a day. Ask at the front desk for a new one.',
    },
    unauthenticated: { what: 'You are signed out', next: 'Sign in again.' },
    forbidden: { what: 'You may not do that', next: 'Ask an administrator of your organisation.' },
    'write-refused': {
      what: 'The patient did not let your hospital file here',
      next: 'Ask the patient, or keep the note in your own system.',
    },
    conflict: { what: 'That was done already', next: 'Go back and look at how it stands now.' },
    'keystore-not-opened': {
      what: 'That did not open it',
      next: 'Check the spelling and try again, or use another of your ways.',
    },
    'keystore-altered': {
      what: 'Somebody changed what is kept on this device',
      next: 'Do not sign in here. Call the hospital.',
    },
    'phrase-malformed': {
      what: 'These are not the 24 words',
      next: 'Look for a misspelt or missing word on your paper.',
    },
    'passkey-cancelled': {
      what: 'The device did not confirm that it is you',
      next: 'Try again, or choose another way.',
    },
    'passkey-unable': {
      what: 'This device cannot keep your access with fingerprint or face',
      next: 'Use a password instead.',
    },
    'recovery-request-refused': {
      what: 'These words do not belong to anybody who chose you',
      next: 'Ask the person to read the eight words again, slowly.',
    },
    'directory-recovery-not-ready': {
      what: 'The wait is not over yet, or it was stopped',
      next: 'Look again later with this device.',
    },
    'platform-unavailable': {
      what: 'This browser is too old, or the connection is not secure',
      next: 'Update your browser, or use another device.',
    },
    'operation-timeout': {
      what: 'It takes longer than usual',
      next: 'It was accepted and may still come. Look again in a minute.',
    },
    'chain-unavailable': {
      what: 'The shared register does not answer',
      next: 'Try again in a few minutes.',
    },
    'gateway-contradicted': {
      what: 'The registers do not agree',
      next: 'Rely on nothing in it before this is cleared up. Tell the hospital.',
    },
    'peer-unavailable': {
      what: 'Another hospital does not answer',
      next: 'Nothing was lost. Try again in a minute.',
    },
    'request-stale': {
      what: 'The clock of this device is wrong',
      next: 'Set the time of this device to automatic, and try again.',
    },
    internal: {
      what: 'Something went wrong that should not',
      next: 'Try again. If it happens again, call the hospital.',
    },
  },
}
