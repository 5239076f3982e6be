import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import {
  concatHex,
  createPublicClient,
  createTestClient,
  createWalletClient,
  decodeErrorResult,
  encodeAbiParameters,
  encodeFunctionData,
  http,
  parseAbiParameters,
  slice,
  stringToHex,
  toFunctionSelector,
  toHex,
} from 'viem'
import type { Abi, Address, Hex } from 'viem'
import { mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { DeploymentMismatchError, deployContracts, deployVerifiers, loadArtifacts } from '../src/index.ts'
import type { DeployProgress, Deployment, Founder } from '../src/index.ts'
import { anvilSkipReason, startAnvil } from './anvil.ts'
import type { Anvil } from './anvil.ts'

const deployer = mnemonicToAccount('test test test test test test test test test test test junk')
const relay = mnemonicToAccount('test test test test test test test test test test test junk', {
  addressIndex: 1,
})
const hospital = privateKeyToAccount(toHex(0x05e1, { size: 32 }))
const patient = privateKeyToAccount(toHex(0xa4a, { size: 32 }))
const recipient = toHex(new Uint8Array(1216).fill(7))

const founders: Founder[] = [
  { signer: hospital.address, recipient, kind: 1, country: toHex('CH'), endpoint: 'https://north.example' },
]

const operationTypes = {
  Operation: [
    { name: 'account', type: 'address' },
    { name: 'target', type: 'address' },
    { name: 'data', type: 'bytes' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint48' },
    { name: 'gasLimit', type: 'uint32' },
  ],
} as const

describe('deployment and carriage on a chain', { skip: anvilSkipReason }, () => {
  let anvil: Anvil
  let deployment: Deployment
  const clients = () => {
    const transport = http(anvil.url)
    return {
      publicClient: createPublicClient({ chain: foundry, transport, pollingInterval: 50 }),
      walletClient: createWalletClient({ account: deployer, chain: foundry, transport }),
      relayClient: createWalletClient({ account: relay, chain: foundry, transport }),
    }
  }
  const testClient = () => createTestClient({ mode: 'anvil', transport: http(anvil.url) })
  const read = async (
    name: 'Directory' | 'Intake',
    address: Address,
    functionName: string,
    args: unknown[],
  ) =>
    clients().publicClient.readContract({
      address,
      abi: loadArtifacts()[name].abi as Abi,
      functionName,
      args,
    })

  before(async () => {
    anvil = await startAnvil()
    // The deployer has a history, so the contracts do not start at nonce 0.
    const { publicClient, walletClient } = clients()
    const hash = await walletClient.sendTransaction({ to: relay.address, gasPrice: 0n })
    await publicClient.waitForTransactionReceipt({ hash })
    deployment = await deployContracts({ ...clients(), founders })
  })
  after(() => anvil.stop())

  test('deploying again finds everything and changes nothing', async () => {
    const { publicClient } = clients()
    const block = await publicClient.getBlockNumber()
    const seen: DeployProgress[] = []
    const again = await deployContracts({ ...clients(), founders, onProgress: (step) => seen.push(step) })
    assert.deepEqual(again, deployment)
    assert.deepEqual(new Set(seen.map(({ status }) => status)), new Set(['found']))
    assert.equal(seen.length, 14)
    assert.equal(await publicClient.getBlockNumber({ cacheTime: 0 }), block)
  })

  test('no event is older than the block of the deployment', async () => {
    const logs = await clients().publicClient.getLogs({ fromBlock: 0n })
    assert.ok(logs.length > 0)
    assert.ok(logs.every(({ blockNumber }) => blockNumber >= BigInt(deployment.block)))
  })

  test('a deployment that was killed at any creation is continued', async () => {
    const { publicClient } = clients()
    for (const created of [1, 3, 7, 11, 13]) {
      const account = mnemonicToAccount('test test test test test test test test test test test junk', {
        addressIndex: 1 + created,
      })
      const walletClient = createWalletClient({ account, chain: foundry, transport: http(anvil.url) })
      let left = created
      const dying = {
        ...walletClient,
        sendTransaction: (transaction: Parameters<typeof walletClient.sendTransaction>[0]) => {
          if (left-- === 0) throw new Error('killed')
          return walletClient.sendTransaction(transaction)
        },
      } as typeof walletClient
      await assert.rejects(deployContracts({ publicClient, walletClient: dying, founders }), /killed/)
      const seen: DeployProgress[] = []
      await deployContracts({ publicClient, walletClient, founders, onProgress: (step) => seen.push(step) })
      assert.equal(seen.filter(({ status }) => status === 'found').length, created)
      assert.equal(seen.length, 14)
    }
  })

  test('[O1, M1] the verifiers are listed, take a good signature and no other', async () => {
    const listed = (name: string) =>
      clients().publicClient.readContract({
        address: deployment.consortium,
        abi: loadArtifacts().Consortium.abi as Abi,
        functionName: 'listingOf',
        args: [stringToHex(name, { size: 32 })],
      })
    const message = randomBytes(32)
    const digest = createHash('sha256').update(message).digest()
    const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { x, y } = p256.publicKey.export({ format: 'jwk' })
    const point = concatHex([bytesOf(x!), bytesOf(y!)])
    const pair = sign256(message, p256.privateKey)
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const { e, n } = rsa.publicKey.export({ format: 'jwk' })
    const modulus = encodeAbiParameters(parseAbiParameters('bytes, bytes'), [bytesOf(e!), bytesOf(n!)])
    const padded = toHex(sign('sha256', digest, rsa.privateKey))
    const other = toHex(randomBytes(32))
    const cases = [
      ['p256', 'ERC7913P256Verifier', point, toHex(digest), pair, true],
      ['p256', 'ERC7913P256Verifier', point, other, pair, false],
      ['rsa', 'ERC7913RSAVerifier', modulus, toHex(digest), padded, true],
      ['rsa', 'ERC7913RSAVerifier', modulus, other, padded, false],
      ['webauthn', 'ERC7913WebAuthnVerifier', point, toHex(digest), pair, false],
    ] as const
    for (const [kind, name, key, hash, signature, good] of cases) {
      const { target } = (await listed(name)) as { target: Address }
      assert.equal(target.toLowerCase(), deployment.verifiers[kind])
      const answer = await clients().publicClient.readContract({
        address: target,
        abi: loadArtifacts()[name].abi as Abi,
        functionName: 'verify',
        args: [key, hash, signature],
      })
      assert.equal(answer, good ? toFunctionSelector('verify(bytes,bytes32,bytes)') : '0xffffffff', kind)
    }
  })

  test('[O1] a founder whose key is on a card names the verifier before there is an exchange', async () => {
    const { publicClient } = clients()
    const account = mnemonicToAccount('test test test test test test test test test test test junk', {
      addressIndex: 20,
    })
    const walletClient = createWalletClient({ account, chain: foundry, transport: http(anvil.url) })
    await testClient().setBalance({ address: account.address, value: 10n ** 20n })
    const verifiers = await deployVerifiers({ publicClient, walletClient })
    const signer = concatHex([verifiers.p256, toHex(randomBytes(64))])
    const seen: DeployProgress[] = []
    const made = await deployContracts({
      publicClient,
      walletClient,
      founders: [{ ...founders[0]!, signer }],
      onProgress: (step) => seen.push(step),
    })
    assert.deepEqual(made.verifiers, verifiers)
    assert.equal(seen.filter(({ status }) => status === 'found').length, 4)
    assert.deepEqual(await deployVerifiers({ publicClient, walletClient }), verifiers)
  })

  test('attack: a verifier that accepts everything stands at the address of one', async () => {
    const { publicClient } = clients()
    const address = deployment.verifiers.p256
    const code = await publicClient.getCode({ address })
    await testClient().setCode({ address, bytecode: '0x600160005260206000f3' })
    await assert.rejects(deployContracts({ ...clients(), founders }), DeploymentMismatchError)
    await testClient().setCode({ address, bytecode: code! })
  })

  test('other founders at the same addresses are noticed', async () => {
    const others = [{ ...founders[0]!, signer: patient.address }]
    await assert.rejects(deployContracts({ ...clients(), founders: others }), DeploymentMismatchError)
  })

  test('[D1, D8, O6] a patient is attested and registers, both signed by viem and carried by a relay', async () => {
    const account = (await read('Directory', deployment.directory, 'accountOf', [patient.address])) as Address
    const organisation = (await read('Directory', deployment.directory, 'accountOf', [
      hospital.address,
    ])) as Address
    const attest = await signOperation(hospital, organisation, 'attestPatient', [
      account,
      toHex(1, { size: 32 }),
    ])
    const register = await signOperation(patient, account, 'register', [patient.address, recipient])
    const { publicClient, relayClient } = clients()
    const { result, request } = await publicClient.simulateContract({
      account: relay,
      address: deployment.intake,
      abi: loadArtifacts().Intake.abi as Abi,
      functionName: 'submit',
      args: [[attest, register, attest]],
      gasPrice: 0n,
    })
    const outcomes = result as { applied: boolean; reason: Hex }[]
    assert.deepEqual(
      outcomes.map(({ applied }) => applied),
      [true, true, false],
    )
    const refusal = decodeErrorResult({ abi: loadArtifacts().Intake.abi as Abi, data: outcomes[2]!.reason })
    assert.equal(refusal.errorName, 'IntakeNonceUsed')
    const receipt = await publicClient.waitForTransactionReceipt({
      hash: await relayClient.writeContract(request),
    })
    assert.equal(receipt.status, 'success')
    assert.equal(await read('Directory', deployment.directory, 'isPatient', [account]), true)
    const digest = toHex(2, { size: 32 })
    const signature = await patient.sign({ hash: digest })
    assert.equal(
      await read('Intake', deployment.intake, 'isValidSignature', [
        account,
        patient.address,
        digest,
        signature,
      ]),
      true,
    )
  })

  async function signOperation(
    signer: typeof hospital,
    account: Address,
    functionName: string,
    args: unknown[],
  ): Promise<{ operation: object; signer: Hex; signature: Hex }> {
    const operation = {
      account,
      target: deployment.directory,
      data: encodeFunctionData({ abi: loadArtifacts().Directory.abi as Abi, functionName, args }),
      nonce: 0n,
      deadline: Math.floor(Date.now() / 1000) + 600,
      gasLimit: 500_000,
    }
    const signature = await signer.signTypedData({
      domain: {
        name: 'HRE Intake',
        version: '1',
        chainId: deployment.chainId,
        verifyingContract: deployment.intake,
      },
      types: operationTypes,
      primaryType: 'Operation',
      message: operation,
    })
    return { operation, signer: signer.address, signature }
  }
})

const bytesOf = (base64url: string): Hex => toHex(Buffer.from(base64url, 'base64url'))

const curveOrder = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** Over the message's SHA-256: `r ++ s`, of the two valid `s` the lower. */
function sign256(message: Uint8Array, key: KeyObject): Hex {
  const pair = toHex(sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' }))
  const s = BigInt(slice(pair, 32))
  return concatHex([slice(pair, 0, 32), toHex(s > curveOrder / 2n ? curveOrder - s : s, { size: 32 })])
}
