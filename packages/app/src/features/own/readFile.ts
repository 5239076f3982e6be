import { ownDocumentTypeOf, type OwnDocumentType } from '@hre/fhir'

/** Larger pictures are made smaller: a letter is still read at this size. */
const sideMax = 2_400
const quality = 0.85
/** Every look at the chart fetches it whole. */
export const fileBytesMax = 10_000_000
/** Before it is made smaller. */
const photoBytesMax = 60_000_000

export interface ReadFile {
  contentType: OwnDocumentType
  bytes: Uint8Array
  /** As the file was called, without what stands behind the dot. */
  name: string
}

/** Why a file is not taken. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused'
  readonly why: 'too-large' | 'not-taken' | 'unreadable'

  constructor(why: FileRefused['why'], cause?: unknown) {
    super(why, { cause })
    this.why = why
  }
}

/**
 * A file as it is going to be added. What it is, its bytes say and not its name. A picture is painted anew: where and by which phone it
 * was taken, and whatever else was hidden in the file, stays on this device.
 *
 * @throws FileRefused.
 */
export async function readFile(file: File): Promise<ReadFile> {
  if (file.size > photoBytesMax) throw new FileRefused('too-large')
  const bytes = new Uint8Array(await file.arrayBuffer())
  const contentType = ownDocumentTypeOf(bytes)
  const name = file.name.replace(/\.[^.]*$/, '')
  if (!contentType) throw new FileRefused('not-taken')
  if (contentType !== 'application/pdf')
    return { contentType: 'image/jpeg', bytes: await painted(bytes, contentType), name }
  if (bytes.length > fileBytesMax) throw new FileRefused('too-large')
  return { contentType, bytes, name }
}

async function painted(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<Uint8Array> {
  try {
    const bitmap = await createImageBitmap(new Blob([bytes], { type }))
    const scale = Math.min(1, sideMax / Math.max(bitmap.width, bitmap.height))
    const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)))
    const canvas = new OffscreenCanvas(width!, height!)
    const context = canvas.getContext('2d')!
    // What was transparent is paper.
    context.fillStyle = 'white'
    context.fillRect(0, 0, width!, height!)
    context.drawImage(bitmap, 0, 0, width!, height!)
    bitmap.close()
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality })
    return new Uint8Array(await blob.arrayBuffer())
  } catch (cause) {
    throw new FileRefused('unreadable', cause)
  }
}
