export const visitors = {
  visits: {
    title: 'Who looked at your records',
    loading: 'Asking every hospital ...',
    none: 'Nobody but you has looked.',
    own: 'Show when I looked myself',
    looked_one: 'looked at {{count}} record',
    looked_other: 'looked at {{count}} records',
    refused: 'wanted to look and was refused',
    at: '{{when}}, at {{where}}. Reason given: {{purpose}}.',
    refusedMark: 'Refused',
    emergencyMark: 'Emergency',
    unreachable: 'These did not answer, so this list may not be complete: {{names}}.',
  },
}
