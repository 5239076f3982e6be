export const more = {
  more: {
    title: 'More',
    emergency: 'In an emergency',
    download: 'Take everything along',
    close: 'Close your account',
    helpers: 'Somebody who helps me',
    helped: 'People I help',
    countries: 'Where your records are kept',
    language: 'Language',
    looks: 'Light or dark',
    auto: 'As this device',
    light: 'Light',
    dark: 'Dark',
    codeTitle: 'Your code',
    codePatient: 'Show this to a doctor who wants to ask you for access. It opens nothing by itself.',
    codeStaff: 'Show this to a patient who wants to share with you.',
    codeLabel: 'QR code of your account',
    install:
      'You can put this app on your home screen: look for “Install” or “Add to home screen” in the menu of your browser.',
    forgetTitle: 'Leave this device',
    forget:
      'Removes your access and everything kept here from this device. Your records stay safe at the hospital.',
    forgetButton: 'Remove me from this device',
    forgetSure: 'Really remove? To come back you need your code and your 24 words or your password.',
    forgetYes: 'Yes, remove me',
  },
}
