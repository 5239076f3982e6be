/** Answers of `Emergency.decide`, by their number on chain (B8). */
export const emergencyAnswers = [
  'Permitted',
  'NoDeclaration',
  'NotYetDeclared',
  'Expired',
  'Closed',
  'CompartmentNotMarked',
  'EpochOver',
] as const
export type EmergencyAnswer = (typeof emergencyAnswers)[number]

/** What an emergency's decision depends on, as the contract sees it. Times are Unix seconds, `until` exclusive. */
export interface EmergencyFacts {
  /** The member's latest declaration for this patient. */
  declaration: { declaredAt: number; until: number; closed: boolean } | undefined
  /** Epoch of the compartment's trustees; undefined when it is not marked. */
  trusteesEpoch: number | undefined
  presentEpoch: number
}

/** The same answer as `Emergency.decide` (B8), from facts that a follower has at hand. Compared with the contract by test. */
export function decideEmergency(
  { declaration, trusteesEpoch, presentEpoch }: EmergencyFacts,
  at: number,
): EmergencyAnswer {
  if (!declaration) return 'NoDeclaration'
  if (at < declaration.declaredAt) return 'NotYetDeclared'
  if (at >= declaration.until) return declaration.closed ? 'Closed' : 'Expired'
  if (trusteesEpoch === undefined) return 'CompartmentNotMarked'
  return trusteesEpoch === presentEpoch ? 'Permitted' : 'EpochOver'
}
