const lengthMax = 60

/** A name for a file that is saved: of letters, digits and dashes, whatever the record calls itself. */
export function fileNameOf(title: string, ending: string): string {
  const plain = title
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
  return `${[...plain].slice(0, lengthMax).join('') || 'document'}.${ending}`
}
