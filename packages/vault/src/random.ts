/** A source of `sizeBytes` unpredictable bytes. Tests and vectors give their own; nobody else should. */
export type RandomBytes = (sizeBytes: number) => Uint8Array

/** The platform's generator. */
export const platformRandom: RandomBytes = (sizeBytes) => crypto.getRandomValues(new Uint8Array(sizeBytes))
