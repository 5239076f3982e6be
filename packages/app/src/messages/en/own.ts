/** Sentences for what a patient adds to the own chart; they come with its first page. */
export const own = {
  own: {
    title: 'Add to my records',
    what: 'What to add',
    measurement: 'A measurement',
    document: 'A document',
    kind: 'What did you measure?',
    kinds: {
      'blood-pressure': 'Blood pressure',
      weight: 'Weight',
      'blood-sugar': 'Blood sugar',
      temperature: 'Temperature',
      pulse: 'Pulse',
      oxygen: 'Oxygen in the blood',
    },
    value: 'Value',
    upper: 'Upper value',
    lower: 'Lower value',
    unit: 'Unit',
    when: 'When?',
    whenWrong: 'Give a day and a time that have been.',
    between: 'Give a number from {{low}} to {{high}} {{unit}}. Look at what you typed.',
    order: 'The lower value is smaller than the upper one. Look at what you typed.',
    choose: 'Take a photo or choose a file',
    chosen: 'Chosen: {{name}}',
    file: {
      missing: 'Choose a photo or a file.',
      'too-large': 'This file is too large. A PDF may have 10 MB; photograph the pages instead.',
      'not-taken': 'Only photos (JPEG, PNG) and PDF files can be added. Photograph the document instead.',
      unreadable: 'This picture cannot be read. Take the photo again.',
    },
    titleOf: 'What is it called?',
    titleMissing: 'Give it a name by which you and your doctor find it.',
    documentKind: 'What kind of document is it?',
    documentKinds: {
      letter: 'Letter of a hospital or doctor',
      prescription: 'Prescription',
      laboratory: 'Laboratory report',
      imaging: 'X-ray or scan report',
      vaccination: 'Vaccination card',
      other: 'Something else',
    },
    date: 'From which day is it?',
    dateWrong: 'Give a day that has been.',
    photoNote: 'Where and with which phone a photo was taken is removed from it before it is added.',
    note: 'You see it at once. Others see it if you share that part of your records with them, marked as added by you.',
    add: 'Add',
    working: 'Sealing and adding ...',
    notSaved: 'Nothing was added. What you entered is still here.',
    maybeSaved: 'Nobody can say from here whether it was added. What you entered is still here.',
    done: 'Added to your records.',
    toRecords: 'Back to my records',
    more: 'Add something else',
    remove: 'Remove this',
    removeWhat:
      'This is deleted everywhere and cannot be brought back. Whoever opened it before may have kept it.',
    removeYes: 'Yes, remove it',
    removeNo: 'No, keep it',
    removeMaybe: 'It may still be there. Look again in a minute.',
    open: 'Open the document',
    notOpened: 'Nothing was opened.',
  },
  failure: {
    'own-limit-reached': {
      what: 'You have added as much as a day allows',
      next: 'Add the rest tomorrow.',
    },
    'payload-too-large': {
      what: 'This is larger than your hospital keeps',
      next: 'Add it in smaller parts.',
    },
    'storage-full': {
      what: 'Your hospital has no room for it now',
      next: 'Try again later, or call the hospital.',
    },
    'outcome-unknown': {
      what: 'The connection was lost before your hospital answered',
      next: 'Look in your records in a minute. Add it again only if it is not there.',
    },
    'bad-request': { what: 'This cannot be shown safely', next: 'Ask whoever added it to add it again.' },
  },
}

/** The same keys in another language. */
export type OwnTranslation = Wide<typeof own>
type Wide<T> = { [Key in keyof T]: T[Key] extends string ? string : Wide<T[Key]> }
