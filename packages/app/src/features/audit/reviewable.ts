import type { StaffEmergency } from '../../keeper/desk-api.ts'

/** It has ended and nobody has judged it (B11). */
export const isReviewable = ({ until, outcome }: StaffEmergency, now = Date.now() / 1000): boolean =>
  outcome === null && until <= now
