import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { addMemberCall } from '@hre/protocol'
import { sealKeystore } from '@hre/vault'
import { anvilSkipReason } from '../../../contracts/test/anvil.ts'
import { CardError, openCard, type CardConfig, type CardReason } from '../../../gateway/src/keys/card.ts'
import { openKeyAgent } from '../../../gateway/src/keys/keyAgent.ts'
import { startChain, type Chain, type Founded } from './chain.ts'

/** Where scripts/install-debian.sh put them. */
const softhsm = process.env['HRE_SOFTHSM'] ?? '/nowhere'
const skip = existsSync(join(softhsm, 'usr/bin/pkcs11-tool'))
  ? anvilSkipReason
  : 'SoftHSM is not here: scripts/install-debian.sh says how to get it; then HRE_SOFTHSM=FOLDER'

const nurse = '0x00000000000000000000000000000000000000aa'

// A suite that is left out counts for nothing; a test that is left out is reported with its reason.
if (skip) it('an organisation’s key on a smartcard (PKCS#11)', { skip })

describe('an organisation’s key on a smartcard (PKCS#11)', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'hre-card-'))
  const tokens = join(folder, 'tokens')
  const tool = join(folder, 'pkcs11-tool')
  const pinFile = join(folder, 'pin')
  let chain: Chain
  let founded: Founded
  let config: CardConfig

  const run = (program: string, ...args: string[]) => {
    const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
  }
  before(async () => {
    process.env['SOFTHSM2_CONF'] = join(folder, 'softhsm2.conf')
    process.env['HRE_CARD_SO_PIN'] = 'so-pin-of-a-test'
    process.env['HRE_CARD_PIN'] = 'pin-of-a-test'
    mkdirSync(tokens)
    writeFileSync(join(folder, 'softhsm2.conf'), `directories.tokendir = ${tokens}\nlog.level = ERROR\n`)
    writeFileSync(pinFile, 'pin-of-a-test\n')
    const module = join(softhsm, 'usr/lib/softhsm/libsofthsm2.so')
    const libraries = spawnSync('find', [join(softhsm, 'usr/lib'), '-name', 'libopensc.so.*'], {
      encoding: 'utf8',
    })
    // Writes down how it was called, as anybody on the machine could.
    const script = `#!/bin/sh
echo "$@" >> "${join(folder, 'called')}"
LD_LIBRARY_PATH="$(dirname "${libraries.stdout.split('\n')[0]}")" exec "${join(softhsm, 'usr/bin/pkcs11-tool')}" "$@"
`
    writeFileSync(tool, script)
    chmodSync(tool, 0o700)
    const ec = 'EC:prime256v1'
    const pins = ['--so-pin', 'so-pin-of-a-test', '--pin', 'pin-of-a-test']
    const token = ['--module', module, '--init-token', '--free', '--label', 'city']
    run(join(softhsm, 'usr/bin/softhsm2-util'), ...token, ...pins)
    const keys = { '01': ec, '02': ec, '03': 'rsa:2048', '04': 'rsa:1024' }
    for (const [id, type] of Object.entries(keys)) {
      const made = ['--keypairgen', '--key-type', type, '--id', id, '--label', id]
      run(tool, '--module', module, '--token-label', 'city', '--login', '--pin', 'env:HRE_CARD_PIN', ...made)
    }
    rmSync(join(folder, 'called'))
    delete process.env['HRE_CARD_PIN']
    chain = await startChain()
    config = { module, tool, tokenLabel: 'city', keyId: '01', pinFile }
    founded = await chain.found((await open(config)).signer)
  })
  after(() => {
    chain?.stop()
    rmSync(folder, { recursive: true })
  })

  const refuses = (work: () => Promise<unknown>, reason: CardReason) =>
    assert.rejects(work, (error) => error instanceof CardError && error.reason === reason)
  const open = (wanted: CardConfig) => openCard(wanted, chain.verifiers)
  const message = () => addMemberCall(founded.deployment, nurse, 'nurse')

  it('[O1] signs operations that the contracts accept, with either s made low', async () => {
    const card = await open(config)
    assert.equal(card.account, founded.organisation)
    assert.equal(await founded.submit(card, message()), undefined)
    // Half of what a card returns has the high s: twelve in a row without one are one in 4,096.
    for (let index = 0; index < 12; index++) {
      const member = `0x${(index + 1).toString(16).padStart(40, '0')}` as const
      const call = addMemberCall(founded.deployment, member, 'nurse')
      assert.equal(await founded.submit(card, call), undefined)
    }
  })

  it('[O1] attack: another key of the same card signs for the account', async () => {
    const other = await open({ ...config, keyId: '02', account: founded.organisation })
    const own = await open(config)
    assert.notEqual(other.signer, own.signer)
    assert.equal(await founded.submit(other, message()), 'intake-signer-unknown')
    const pretending = { ...other, signer: own.signer }
    assert.match((await founded.submit(pretending, message()))!, /signature/)
  })

  it('[O1] the key agent of a gateway signs with the card that its configuration names', async () => {
    const [keyFile, keyPasswordFile] = [join(folder, 'key.json'), join(folder, 'password')]
    writeFileSync(keyFile, JSON.stringify(await sealKeystore(new Uint8Array(32).fill(9), 'password')))
    writeFileSync(keyPasswordFile, 'password\n')
    const { deployment } = founded
    const agent = await openKeyAgent({ keyFile, keyPasswordFile, card: config, deployment })
    assert.equal(agent.identity.account, founded.organisation)
    const doctor = addMemberCall(founded.deployment, '0x00000000000000000000000000000000000000dd', 'doctor')
    assert.equal(await founded.submit(agent.identity, doctor), undefined)
  })

  it('a token that was taken out is reported as that, and signs again when it is back', async () => {
    const card = await open(config)
    renameSync(tokens, `${tokens}.away`)
    mkdirSync(tokens)
    await refuses(() => founded.submit(card, message()), 'no-token')
    await refuses(() => open(config), 'no-token')
    rmSync(tokens, { recursive: true })
    renameSync(`${tokens}.away`, tokens)
    const call = addMemberCall(founded.deployment, '0x00000000000000000000000000000000000000ee', 'auditor')
    assert.equal(await founded.submit(card, call), undefined)
  })

  it('[O1] an RSA key of the card signs operations that the contracts accept', async () => {
    const card = await open({ ...config, keyId: '03' })
    const own = await startChain()
    try {
      const { deployment, organisation, submit } = await own.found(card.signer)
      assert.equal(card.account, organisation)
      assert.equal(await submit(card, addMemberCall(deployment, nurse, 'nurse')), undefined)
      const other = { ...(await open({ ...config, keyId: '01' })), account: organisation }
      const refused = await submit(other, addMemberCall(deployment, nurse, 'nurse'))
      assert.equal(refused, 'intake-signer-unknown')
    } finally {
      own.stop()
    }
  })

  it('[O1] the verifier is the deployment’s for the kind of key, or the one that is named', async () => {
    const verifierOf = async (wanted: CardConfig) => (await open(wanted)).signer.slice(0, 42)
    const { p256, rsa } = chain.verifiers
    assert.equal(await verifierOf(config), p256.toLowerCase())
    assert.equal(await verifierOf({ ...config, keyId: '03' }), rsa.toLowerCase())
    const named = `0x${'ab'.repeat(20)}` as const
    assert.equal(await verifierOf({ ...config, verifier: named }), named)
  })

  it('a key that is not there, one that no verifier takes, and a tool that is missing are refused', async () => {
    await refuses(() => open({ ...config, keyId: '99' }), 'no-key')
    // RSA of 1,024 bits: its operations would be refused one by one.
    await refuses(() => open({ ...config, keyId: '04' }), 'other-key')
    await refuses(() => open({ ...config, tool: join(folder, 'missing') }), 'no-tool')
  })

  it('a wrong PIN is tried once: a card that locks itself after three is not locked', async () => {
    const wrong = join(folder, 'wrong')
    writeFileSync(wrong, 'not-the-pin\n')
    const card = await open({ ...config, pinFile: wrong })
    const before = callsOf('--sign ')
    for (let attempt = 0; attempt < 3; attempt++) {
      await refuses(() => founded.submit(card, message()), 'pin-refused')
    }
    assert.equal(callsOf('--sign ') - before, 1)
  })

  it('attack: whoever lists the processes of the machine finds the PIN', () => {
    const called = readFileSync(join(folder, 'called'), 'utf8')
    assert.ok(called.includes('--pin env:HRE_CARD_PIN'))
    assert.doesNotMatch(called, /pin-of-a-test|not-the-pin/)
  })

  const callsOf = (part: string) => readFileSync(join(folder, 'called'), 'utf8').split(part).length - 1
})
