/** In pieces: a call takes so many arguments at most. */
const base64Piece = 0x6000

export function base64(bytes: Uint8Array): string {
  const pieces: string[] = []
  for (let start = 0; start < bytes.length; start += base64Piece)
    pieces.push(String.fromCharCode(...bytes.subarray(start, start + base64Piece)))
  return btoa(pieces.join(''))
}
