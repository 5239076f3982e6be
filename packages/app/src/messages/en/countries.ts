export const countries = {
  countries: {
    title: 'Where your records are kept',
    what: 'Hospitals keep sealed copies of your records for one another, so that nothing is lost when one of them loses its own. Nobody can read a copy unless you let them.',
    unsaid:
      'You have not said anything yet. Until you do, copies stay in the country of the hospital that made a record.',
    again: 'Say again where your records may be kept',
    againWhy:
      'You sign in a new way since you last said it, so hospitals cannot check your choice any more. One that has not heard it yet does as if you had said nothing. Your choice was:',
    sayAgain: 'Say it again',
    sayOther: 'Choose something else',
    where: 'Copies may be kept in',
    reading: 'May somebody in another country open what you share with them?',
    granted: 'Yes, whoever I share with',
    emergency: 'Only in an emergency',
    never: 'No, never',
    kept: 'Copies of your sealed records may be kept in {{countries}}.',
    nowhere: 'Your sealed records stay with the hospital that made them, and nowhere else.',
    grantedSentence: 'Whoever you share with may open them from any country.',
    emergencySentence: 'In another country they are opened in an emergency only.',
    neverSentence: 'Nobody in another country opens them.',
    careNowhere: 'Should that hospital ever lose its files, your records there are lost as well.',
    careNever: 'If you fall ill abroad, no doctor there can open your records, not even in an emergency.',
    save: 'Save',
    saved: 'Saved. Every hospital knows.',
    almost: 'Saved. These could not be told yet, and hear it from the others: {{names}}.',
    notSaved: 'Some hospitals may know of it already. Save again: the last choice counts everywhere.',
  },
}
