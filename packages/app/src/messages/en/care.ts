/** Somebody who looks after another person, and whoever is looked after. */
export const care = {
  care: {
    none: 'Nobody helps you here yet.',
    what: 'Choose somebody whom you trust, such as your daughter or your carer. They can open what you choose, see who looked, and share it with a doctor for you.',
    never:
      'They cannot choose another helper, and they can share no more than you let them see. You see each time they do something.',
    loading: 'Looking at who helps you ...',
    choose: 'Choose somebody',
    who: 'Who is it?',
    how: 'Ask them for their code. They find it in this app under “More”. They need to use the app as well.',
    self: 'That is your own code. Ask the other person for theirs.',
    chosen: 'Who helps you',
    see: 'What may they see?',
    long: 'For how long?',
    sentence: '{{name}} may see {{topics}} until {{until}}, and share it with doctors for you.',
    sentenceEnd: 'You can end this at any time, and you will see each time they look or share.',
    confirm: 'Yes, let them help me',
    working: 'Giving them what they need ...',
    done: 'Done. {{name}} finds you in the app under “More”, “People I help”.',
    notSaved: 'Do it again: what was begun is then finished.',
    until: 'until {{date}}',
    over: 'This ended on {{date}}.',
    nothing: 'Nothing: they can only see who looked, and end what is shared.',
    end: 'End it',
    endSure:
      'End it for {{name}}? From then on they see nothing of yours and decide nothing for you. What they have shared stays: look under “Sharing”.',
    endYes: 'Yes, end it now',
    ending: 'Ending it and changing the lock ...',
    endNotSaved: 'Look at this page again: it shows who still helps you.',
  },
  helped: {
    loading: 'Looking at whom you help ...',
    none: 'Nobody has chosen you as a helper. Whoever wants to needs your code, which is under “More”.',
    what: 'They chose you. You see what they let you see, and they see each time you look or decide.',
    acting: 'You are acting for {{name}}',
    actingWhy: 'What you do here you do in their name. They see it with your name.',
    unnamed: 'somebody without a name yet',
    open: 'Records of {{name}}',
    records: 'Records',
    visits: 'Who looked',
    shares: 'Sharing',
    opening: 'Opening the records on this device ...',
    empty: 'There is nothing here that you may see.',
    visitsTitle: 'Who looked at the records of {{name}}',
    sharesTitle: 'Who can see the records of {{name}}',
    sharesNone: 'Nobody but {{name}} and you.',
    shareNew: 'Share with a doctor',
    shareSentence: '{{reader}} may see {{topics}} of {{name}} until {{until}}.',
    sentenceEnd: 'Earlier records are included. You and {{name}} can end this at any time.',
    shareConfirm: 'Yes, share this for {{name}}',
    given: 'Shared by {{who}}',
    ended: 'Ended. They can open nothing more.',
    endSure:
      'End it for {{reader}}? From then on they can open nothing more of {{name}}. What they have already read stays in their memory.',
    notSaved: 'Nothing was changed.',
    cannot: 'You may see nothing of theirs, so you can share nothing. You can end what is shared.',
    change:
      'To change how long somebody sees something, share it with them again: the newest word counts. To show them less, end it first. Only {{name}} can share what comes from now on without what was before.',
  },
  ward: {
    title: 'For somebody you look after',
    what: 'This link brings in a child, or somebody who has no device of their own. Their records get keys of their own, and you become their helper.',
    notYou: 'You are signed in already, so this link is not for you. If it should be, ask at the front desk.',
    name: 'What do you call them?',
    paper: 'The paper of {{name}}',
    paperWhy:
      'It is theirs, not yours: with it they can come in on a device of their own one day. Write the words down in this order and keep the paper at home. Do not take a photograph, and do not show them to anybody.',
    code: 'The code of {{name}}',
    pending: '{{name}} is not quite in yet.',
    saved: 'Their keys are saved here for you. You can go on from here, even tomorrow.',
    done: 'Done. You find {{name}} under “More”, “People I help”. Keep the paper for them.',
  },
  failure: {
    'consent-not-delegated': {
      what: 'You may not decide for this person any more',
      next: 'Ask them to choose you again.',
    },
    'consent-beyond-delegate': {
      what: 'You can share no more than you may see yourself, and no longer',
      next: 'Choose less or a shorter time, or ask the person.',
    },
  },
}

/** The same keys in another language. */
export type CareTranslation = Wide<typeof care>
type Wide<T> = { [Key in keyof T]: T[Key] extends string ? string : Wide<T[Key]> }
