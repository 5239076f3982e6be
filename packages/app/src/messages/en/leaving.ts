export const leaving = {
  leaving: {
    downloadWhat:
      'All your records in one file, each still sealed, with the keys and a page that says how to open them without us.',
    downloadCare:
      'Whoever has this file can read all your records. Put it on a memory stick and lock it away. Do not send it by e-mail.',
    download: 'Download',
    collecting: 'Collecting and checking your records ...',
    downloaded_one: 'Done. {{count}} record is in the file.',
    downloaded_other: 'Done. {{count}} records are in the file.',
    downloadNothing: 'No file was made.',
    downloadFirst: 'Take everything along first',
    closeWhat:
      'All that was shared ends, for everybody. Your records at every hospital are deleted from this exchange, and nobody can open them any more: no doctor, no hospital, not you.',
    closeStays: 'What hospitals keep in their own files stays there. So does the list of who looked.',
    closeForGood: 'Nobody can undo this, not even us.',
    closeKnows: 'I understand that my records here are gone for good',
    close: 'Close my account',
    closeProve: 'Show that it is you',
    closeYes: 'Close it for good',
    closing: 'Deleting your records and their keys at every hospital. This can take some minutes ...',
    closeMaybe: 'Some of it may be done already. Start again to finish it: nothing is done twice.',
    almostTitle: 'Almost done',
    almost: 'These could not be told yet: {{names}}. Come back tomorrow and close your account again.',
    closedTitle: 'Your account is closed',
    closed_one: '{{count}} record is gone for good. This device has forgotten you.',
    closed_other: '{{count}} records are gone for good. This device has forgotten you.',
    closedPaper: 'You can throw away your paper and your emergency card. They open nothing.',
    goodbye: 'Goodbye',
  },
}
