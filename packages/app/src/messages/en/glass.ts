export const glass = {
  glass: {
    offer: 'Emergency: open without asking',
    title: 'Open a chart in an emergency',
    onlyWhen: 'Only when the patient cannot be asked',
    what: 'It opens what the patient set aside for emergencies. The patient, their guardians and an independent auditor see your name, the reason and everything that you open.',
    reason: 'Why can nobody be asked?',
    reasons: {
      unresponsive: 'The patient does not respond',
      'life in danger': 'Life is in danger',
      'unable to consent': 'The patient is confused, sedated or in shock',
      'guardian unreachable': 'A child, whose guardian cannot be reached',
      disaster: 'A disaster with too many patients to ask',
    },
    reasonMissing: 'Choose a reason.',
    words: 'What happened',
    wordsHint: 'One or two sentences. The patient and the auditor read them.',
    wordsMissing: 'Say in a few words what happened.',
    long: 'For how long?',
    minutes: '{{count}} minutes',
    declare: 'Declare the emergency and open',
    working: 'Declaring, and asking the hospitals for their parts of the key ...',
    notDeclared: 'Nothing was declared and nothing was opened.',
    instead: 'It can wait: ask the patient',
    open: 'Opened in an emergency',
    left: '{{time}} left.',
    seen: 'The patient sees everything that you open.',
    soon: 'Less than five minutes are left.',
    end: 'End it now',
    notEnded: 'It is still open, and ends by itself at its time.',
    over: 'The emergency is over',
    overWhy:
      'What it opened is closed again, and nothing of it is left on this device. An auditor of another hospital will look at it.',
  },
  failure: {
    'emergency-licence-over': {
      what: 'Your licence is not on record, or has run out',
      next: 'Your administrator records it in a minute. Until then a colleague can declare the emergency.',
    },
    'emergency-not-permitted': {
      what: 'Only doctors and nurses may do that',
      next: 'Call a doctor or a nurse.',
    },
    'emergency-already-open': {
      what: 'An emergency is already open for this patient',
      next: 'Open the chart from your list.',
    },
    'emergency-shares-too-few': {
      what: 'The emergency is declared, but the chart does not open',
      next: 'The patient has set nothing aside for emergencies, or too few hospitals answer. Try again in a minute; go on without the chart.',
    },
    'emergency-card-malformed': {
      what: 'This card cannot be read',
      next: 'Type it again as it stands on the card, or use the hospital number.',
    },
  },
}
