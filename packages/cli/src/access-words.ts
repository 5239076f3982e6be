/** The answer of a decision (C6) as somebody would say it to the patient. */
export const reasonOf = (decision: string): string => reasons[decision] ?? decision

const reasons: Record<string, string> = {
  PatientUnknown: 'there is no such patient',
  ReaderUnknown: 'nobody knows who asked',
  CompartmentUnknown: 'there is no such part of the chart',
  NoGrant: 'you gave no permission',
  NotYetValid: 'your permission has not begun',
  Expired: 'your permission has ended',
  RightNotGranted: 'your permission is to file records, not to open them',
  PurposeNotGranted: 'your permission is for another purpose',
  SensitivityAboveCeiling: 'the record is more sensitive than you allowed',
}
