import {
  directoryAbi,
  nameOf,
  organisationKinds,
  standingChanges,
  type Deployment,
  type OrganisationKind,
  type StandingChange,
} from '@hre/protocol'
import { hexToString, parseEventLogs, type Address, type Hex, type PublicClient } from 'viem'

/** What organisations vote on and have not decided: to admit somebody, or about one of them (D4, D11). */
export type OpenVote = {
  organisation: Address
  /** Organisations that are for it in the present round. */
  voters: Address[]
  /** Votes that count, and how many it takes. */
  votes: number
  threshold: number
} & ({ admission: { kind: OrganisationKind; country: string } } | { change: StandingChange })

type Votes = Map<string, OpenVote>

/**
 * Reads the open votes from the Directory's events; the contract says how many count at present, since a round lapses
 * after 30 days and with each change of anybody's standing (D10).
 */
export async function listOpenVotes(
  chain: PublicClient,
  { directory, block }: Deployment,
): Promise<OpenVote[]> {
  const logs = await chain.getLogs({ address: directory, fromBlock: BigInt(block) })
  const eventName = ['AdmissionVoted', 'OrganisationAdmitted', 'StandingVoted', 'StandingChanged'] as const
  const open: Votes = new Map()
  for (const event of parseEventLogs({ abi: directoryAbi, logs, eventName: [...eventName], strict: true })) {
    const organisation = event.args.organisation.toLowerCase() as Address
    if (event.eventName === 'StandingChanged') open.clear()
    else if (event.eventName === 'OrganisationAdmitted') {
      for (const [key, vote] of open) if (vote.organisation === organisation) open.delete(key)
    } else if (event.eventName === 'AdmissionVoted') {
      const { kind, country, voter } = event.args
      const admission = {
        kind: nameOf(organisationKinds, kind) as OrganisationKind,
        country: textOf(country),
      }
      count(open, `${organisation} ${kind} ${country}`, voter, { organisation, admission })
    } else {
      const change = nameOf(standingChanges, event.args.change) as StandingChange
      count(open, `${organisation} ${change}`, event.args.voter, { organisation, change })
    }
  }
  const counted = await Promise.all([...open.values()].map((vote) => recount(chain, directory, vote)))
  return counted.filter(({ votes }) => votes > 0)
}

function count(
  open: Votes,
  key: string,
  voter: Address,
  about: { organisation: Address } & (
    { admission: { kind: OrganisationKind; country: string } } | { change: StandingChange }
  ),
): void {
  const vote = open.get(key) ?? { ...about, voters: [], votes: 0, threshold: 0 }
  vote.voters.push(voter.toLowerCase() as Address)
  open.set(key, vote)
}

async function recount(chain: PublicClient, directory: Address, vote: OpenVote): Promise<OpenVote> {
  const contract = { address: directory, abi: directoryAbi } as const
  const { organisation } = vote
  const [votes, threshold] =
    'admission' in vote
      ? await chain.readContract({
          ...contract,
          functionName: 'admissionVotes',
          args: [organisation, organisationKinds[vote.admission.kind], countryOf(vote.admission.country)],
        })
      : await chain.readContract({
          ...contract,
          functionName: 'standingVotes',
          args: [organisation, standingChanges[vote.change]],
        })
  // Voters of rounds that lapsed come first.
  return { ...vote, votes, threshold, voters: vote.voters.slice(vote.voters.length - votes) }
}

const textOf = (country: Hex): string => hexToString(country, { size: 2 })
const countryOf = (country: string): Hex =>
  `0x${Array.from(country, (letter) => letter.charCodeAt(0).toString(16).padStart(2, '0')).join('')}`
