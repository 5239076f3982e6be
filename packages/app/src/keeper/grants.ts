import { purposes, rights, type GrantView } from '@hre/protocol'

/** A grant by which something may be read now, or from a moment that is still to come. */
export const isInForce = ({ revoked, rights: given, until }: GrantView): boolean =>
  !revoked && (given & rights.read) !== 0 && until > Date.now() / 1000

/** Given to somebody who looks after the patient, and for nothing else. */
export const isForFamily = (grant: GrantView): boolean => grant.purposes === 1 << purposes.FAMRQT

export const isToTreat = (grant: GrantView): boolean => (grant.purposes & (1 << purposes.TREAT)) !== 0
