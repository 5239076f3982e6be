import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { configSchema, startGateway, type RunningGateway } from '@hre/gateway'
import { directoryAbi } from '@hre/protocol'
import { voteAdmission } from '@hre/sdk'
import { openOrCreateKey } from '../../src/keys.ts'
import { startWorld, type World } from '../world.ts'

const pathOf = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

describe('an organisation whose key is on a card joins', () => {
  let world: World
  let gateway: RunningGateway | undefined
  let configFile: string

  before(async () => {
    world = await startWorld()
    const inFolder = (name: string) => join(world.folder, name)
    const [tool, cardKey, pinFile] = [inFolder('pkcs11-tool'), inFolder('card.pem'), inFolder('pin')]
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    await writeFile(cardKey, privateKey.export({ format: 'pem', type: 'pkcs8' }))
    await writeFile(pinFile, '1234\n')
    const program = `HRE_TEST_CARD_KEY='${cardKey}' exec '${process.execPath}' '${pathOf('./pkcs11Tool.ts')}' "$@"`
    await writeFile(tool, `#!/bin/sh\n${program}\n`)
    await chmod(tool, 0o700)
    const [keyFile, keyPasswordFile] = [inFolder('hill.key'), inFolder('hill.password')]
    await openOrCreateKey(keyFile, keyPasswordFile)
    configFile = inFolder('hill.json')
    const config = {
      name: 'Hill Hospital',
      dataDir: inFolder('hill'),
      rpcUrl: world.chain.url,
      deployment: world.deployment,
      keyFile,
      keyPasswordFile,
      card: { module: '/card.so', tool, tokenLabel: 'hill', keyId: '01', pinFile },
      followMilliseconds: 50,
      logLevel: 'silent',
    }
    await writeFile(configFile, JSON.stringify(config))
    gateway = await startGateway(configSchema.parse(config))
  })
  after(async () => {
    await gateway?.stop()
    await world.stop()
  })

  /** As an operator types it. */
  async function hre(...words: string[]) {
    const program = pathOf('../../../cli/src/main.ts')
    const args = [program, '--json', 'organisation', '--config', configFile, ...words]
    return promisify(execFile)(process.execPath, args).then(
      ({ stdout }) => JSON.parse(stdout),
      ({ stdout }: { stdout: string }) => JSON.parse(stdout),
    )
  }
  const read = (functionName: 'isActiveOrganisation' | 'endpointOf', account: `0x${string}`) =>
    world.rpc.readContract({
      address: world.deployment.directory,
      abi: directoryAbi,
      functionName,
      args: [account],
    })

  it('[O1] [D1] [D4] its account is told, admitted by the others, registered by the card, and its gateway announced', async () => {
    const { account, signer } = await hre()
    assert.equal(account, gateway!.gateway.keys.identity.account)
    assert.equal(signer.slice(0, 42), world.deployment.verifiers.rsa.toLowerCase())
    assert.notEqual(account, gateway!.gateway.keys.keyring.account)
    const early = await hre('--register', '--gateway', gateway!.url)
    assert.equal(early.error.code, 'directory-account-unexpected')
    for (const voter of [world.city.actor, world.lakeside.actor])
      await voteAdmission(voter, { organisation: account, kind: 'hospital', country: 'IN' })
    const registered = await hre('--register', '--gateway', gateway!.url)
    assert.equal(registered.account, account)
    assert.equal(await read('isActiveOrganisation', account), true)
    while ((await read('endpointOf', account)) !== gateway!.url) await new Promise((r) => setTimeout(r, 50))
  })
})
