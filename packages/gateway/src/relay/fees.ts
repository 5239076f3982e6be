/** What the relay pays for a unit of gas, in wei. Where gas costs nothing, both are zero and nothing is ever outbid. */
export interface Fees {
  /** Of a first attempt. */
  firstWei: bigint
  maxWei: bigint
}

/** Nodes take a replacement that pays at least a tenth more; an eighth leaves room for their rounding. */
const raisePerMille = 125n

/** @returns the fee of a replacement, or undefined when that would be more than we may pay. */
export function raisedFee(paidWei: bigint, { firstWei, maxWei }: Fees): bigint | undefined {
  const raised = paidWei + (paidWei * raisePerMille) / 1000n + 1n
  const fee = raised > firstWei ? raised : firstWei
  return fee <= maxWei ? fee : undefined
}
