/** Sentences for what is ordered from a laboratory and what comes of it; they come with its first page. */
export const orders = {
  ordering: {
    title: 'Order laboratory tests',
    tests: 'Which tests?',
    other: 'Another test, in words',
    testMissing: 'Choose at least one test, or name one.',
    soon: 'How soon?',
    priority: { routine: 'As usual', urgent: 'Urgent' },
    reason: 'Why? The laboratory and the patient can read it.',
    who: 'Which laboratory does it?',
    whoSees:
      'Every technician there finds the order in the list, and the first answer counts. It opens to those with whom the patient shares laboratory results: the whole hospital, or single people.',
    choose: 'Choose a laboratory',
    whoMissing: 'Choose which laboratory does it.',
    nobody: 'No laboratory can be reached here now. Try again later.',
    warning: 'The patient sees the order. You can withdraw it until it is answered.',
    sign_one: 'Sign and order {{count}} test',
    sign_other: 'Sign and order {{count}} tests',
    done: 'Signed and ordered. Your day’s list says when the result is there.',
    notSaved: 'Nothing was ordered. What you entered is still here.',
    maybeSaved: 'Nobody can say from here whether it was ordered. What you entered is still here.',
  },
  ordered: {
    urgent: 'Urgent',
    answers: 'What came of it',
    answersTo: 'Ordered before',
    withdraw: 'Withdraw this order',
    withdrawWhat:
      'The laboratory does not do it any more. What you ordered in the same step is withdrawn as well.',
    withdrawYes: 'Yes, withdraw it',
    withdrawNo: 'No, keep it',
    withdrawMaybe: 'It may still stand. Look again in a minute.',
    withdrawn: 'Withdrawn. Nobody does it any more.',
  },
  filling: {
    title: 'Answer an order',
    what: '{{who}} ordered this for {{patient}} on {{when}}.',
    shut: 'You cannot see what was ordered',
    shutWhy:
      'It was withdrawn or answered already, or the patient does not share laboratory results with you. Ask the patient for access.',
    ask: 'Ask for access',
    check: 'This is no order of tests. Tell {{who}}, who sent it.',
    withdrawn: 'This order was withdrawn meanwhile',
    answered: 'This order was answered meanwhile',
    answeredBy: 'Already answered by {{who}} on {{when}}',
    answeredByYou: 'You have answered this order on {{when}}',
    done: 'Done by {{who}}',
    doneByYou: 'Done by you',
    nothing: 'Nothing that you entered was filed.',
    nothingLeft: 'There is nothing left to do.',
  },
}

/** The same keys in another language. */
export type OrdersTranslation = Wide<typeof orders>
type Wide<T> = { [Key in keyof T]: T[Key] extends string ? string : Wide<T[Key]> }
