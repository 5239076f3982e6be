/** The label that X-Wing hashes last (draft-connolly-cfrg-xwing-kem section 5.3): `\.//^\`. */
export const xwingLabel = Uint8Array.of(0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c)

/** Bytes. X25519's parts are always the last 32. */
export const xwingSizes = { mlkemPublic: 1184, mlkemShare: 1088, share: 1120 } as const
