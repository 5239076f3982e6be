/** Bytes in JSON. Chunked, because `fromCharCode` takes a bounded number of arguments. */
export function bytesToBase64(bytes: Uint8Array): string {
  const chunkBytes = 0x8000
  let binary = ''
  for (let start = 0; start < bytes.length; start += chunkBytes)
    binary += String.fromCharCode(...bytes.subarray(start, start + chunkBytes))
  return btoa(binary)
}

export const base64ToBytes = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
