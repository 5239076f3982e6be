import decodeQR from 'qr/decode.js'

/** A photograph is far larger than a code needs. */
const sideMax = 1_200

/** The text of the QR code in a picture; null when there is none. The picture stays on the device. */
export async function textInPhoto(photo: Blob): Promise<string | null> {
  try {
    const bitmap = await createImageBitmap(photo)
    const scale = Math.min(1, sideMax / Math.max(bitmap.width, bitmap.height))
    const [width, height] = [Math.round(bitmap.width * scale), Math.round(bitmap.height * scale)]
    const context = new OffscreenCanvas(width, height).getContext('2d')!
    context.drawImage(bitmap, 0, 0, width, height)
    return decodeQR(context.getImageData(0, 0, width, height))
  } catch {
    return null
  }
}
