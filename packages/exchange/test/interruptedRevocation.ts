import { revokeAccess, connect } from '@hre/sdk'
import { hexToBytes, type Address, type Hex } from 'viem'

/** Revokes as a person's machine does, and loses its power between the revocation and the new key. */
const [gatewayUrl, rootSeed, reader, compartment] = process.argv.slice(2) as [string, Hex, Address, Hex]
const actor = await connect({ gatewayUrl, rootSeed: hexToBytes(rootSeed) })
const call = actor.session.call.bind(actor.session)
actor.session.call = (name, input) => {
  // The first question of the rotation.
  if (name === 'listCompartments') process.kill(process.pid, 'SIGKILL')
  return call(name, input)
}
await revokeAccess(actor, { reader, compartments: [compartment] })
