import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import { Session } from '@hre/client'
import { tables } from '@hre/gateway'
import {
  isHreError,
  limits,
  loginTypedData,
  passkeyBindingTypedData,
  revokeSignerCall,
  type SessionAnswer,
} from '@hre/protocol'
import { waitForAll, type Actor } from '@hre/sdk'
import { randomBytes32 } from '@hre/vault'
import { eq } from 'drizzle-orm'
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
} from 'jose'
import { bytesToHex, type Hex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { createSiweMessage } from 'viem/siwe'
import { SoftwareAuthenticator } from './authenticator.ts'
import { inSeconds, refusal, send, signed, startWorld, type World } from './world.ts'

const publicUrl = 'https://gateway.city.example'
const here = { origin: publicUrl, rpId: 'gateway.city.example' }

describe('sessions', () => {
  let world: World
  let doctor: Actor
  /** How far the gateways' clock is ahead, in seconds. */
  let ahead = 0
  before(async () => {
    world = await startWorld({ publicUrl }, { clock: () => inSeconds(ahead) })
    doctor = await world.newMember(world.city, 'doctor')
  })
  after(() => world.stop())
  beforeEach(() => {
    ahead = 0
  })

  const client = () => world.city.actor.session.client
  const gateway = () => world.city.gateway.gateway
  async function logIn(actor: Actor = doctor, device = 'desk'): Promise<SessionAnswer> {
    const { account, identity, deployment } = actor
    const { organisation, challenge, expiresAt } = await client().call('createChallenge', {
      body: { account, callerNonce: randomBytes32() },
    })
    const login = loginTypedData(deployment, { account, organisation, challenge, expiresAt })
    const signature = await identity.sign(login)
    return client().call('createSession', { body: { account, challenge, expiresAt, signature, device } })
  }
  const grantsBy = (token: string) => client().call('listGrants', { query: {} }, { token })
  const refresh = (refreshToken: string) => client().call('refreshSession', { body: { refreshToken } })
  const sessionsBy = async (token: string) => (await client().call('listSessions', {}, { token })).sessions

  describe('[G34] of devices', () => {
    test('a refresh token gives the next token, and itself is replaced', async () => {
      const first = await logIn()
      const second = await refresh(first.refreshToken)
      assert.equal(second.session, first.session)
      assert.notEqual(second.refreshToken, first.refreshToken)
      await grantsBy(second.token)
    })

    test('attack: a stolen refresh token is used after its owner: the session ends, for both', async () => {
      const first = await logIn()
      const second = await refresh(first.refreshToken)
      await assert.rejects(refresh(first.refreshToken), refusal('refresh-reused'))
      await assert.rejects(grantsBy(second.token), refusal('unauthenticated'))
      await assert.rejects(refresh(second.refreshToken), refusal('unauthenticated'))
      const rows = await gateway()
        .db.select()
        .from(tables.sessions)
        .where(eq(tables.sessions.id, first.session))
      assert.equal(rows[0]?.endReason, 'reuse')
    })

    test('attack: ten use one refresh token at once: at most one gets a token, and the session ends', async () => {
      const { refreshToken, token } = await logIn()
      const answers = await Promise.allSettled(Array.from({ length: 10 }, () => refresh(refreshToken)))
      assert.ok(answers.filter(({ status }) => status === 'fulfilled').length <= 1)
      await assert.rejects(grantsBy(token), refusal('unauthenticated'))
    })

    test('attack: a refresh token read from the database opens nothing', async () => {
      const { session } = await logIn()
      const [row] = await gateway()
        .db.select()
        .from(tables.refreshTokens)
        .where(eq(tables.refreshTokens.session, session))
      await assert.rejects(refresh(row!.hash.slice(2)), refusal('unauthenticated'))
      await assert.rejects(
        refresh(Buffer.from(row!.hash.slice(2), 'hex').toString('base64url')),
        refusal('unauthenticated'),
      )
    })

    test('their owner sees them and ends one; nobody else does', async () => {
      const actor = await world.newMember(world.city, 'nurse')
      const phone = await logIn(actor, 'phone')
      const desk = await logIn(actor, 'desk (ward 3)')
      const seen = await sessionsBy(desk.token)
      assert.deepEqual(
        seen
          .filter(({ device }) => device !== 'unnamed')
          .map(({ device, method, current }) => [device, method, current])
          .sort(),
        [
          ['desk (ward 3)', 'key', true],
          ['phone', 'key', false],
        ],
      )
      const stranger = await logIn()
      const end = (token: string) =>
        client().call('endSession', { params: { session: phone.session } }, { token })
      await assert.rejects(end(stranger.token), refusal('not-found'))
      await grantsBy(phone.token)
      await end(desk.token)
      await assert.rejects(grantsBy(phone.token), refusal('unauthenticated'))
      await assert.rejects(refresh(phone.refreshToken), refusal('unauthenticated'))
      await assert.rejects(end(desk.token), refusal('not-found'))
      assert.equal(
        (await sessionsBy(desk.token)).some(({ id }) => id === phone.session),
        false,
      )
    })

    test('of too many the oldest ends', async () => {
      const actor = await world.newMember(world.city, 'nurse')
      const first = await logIn(actor)
      const template = (
        await gateway().db.select().from(tables.sessions).where(eq(tables.sessions.id, first.session))
      )[0]!
      for (let made = 0; made < limits.sessionsPerAccountMax; made++)
        await gateway()
          .db.insert(tables.sessions)
          .values({ ...template, id: randomBytes32(), createdAt: template.createdAt + 1 })
      ahead = 5
      const last = await logIn(actor)
      assert.equal((await sessionsBy(last.token)).length, limits.sessionsPerAccountMax)
      await assert.rejects(grantsBy(first.token), refusal('unauthenticated'))
    })

    test('attack: a thief goes on with a session after the account’s key was revoked', async () => {
      const actor = await world.newMember(world.city, 'doctor')
      const { token, refreshToken } = await logIn(actor)
      const { ids } = await send(world.city, [await signed(actor, revokeSignerCall(world.deployment))])
      await waitForAll(world.city.actor, ids)
      await gateway().follower.sync()
      await assert.rejects(grantsBy(token), refusal('unauthenticated'))
      await assert.rejects(refresh(refreshToken), refusal('unauthenticated'))
    })

    test('the client refreshes by itself, without another signature, and ends its session', async () => {
      let signatures = 0
      const identity = {
        ...doctor.identity,
        sign: async (message: Parameters<Actor['identity']['sign']>[0]) => {
          signatures++
          return doctor.identity.sign(message)
        },
      }
      const session = new Session({
        client: client(),
        identity,
        deployment: world.deployment,
        device: 'test',
      })
      await session.call('listGrants', { query: {} })
      ahead = limits.tokenSeconds + 10
      await Promise.all([1, 2, 3].map(() => session.call('listGrants', { query: {} })))
      assert.equal(signatures, 1)
      ahead += limits.sessionSecondsMax
      await session.call('listGrants', { query: {} })
      assert.equal(signatures, 2, 'when the session is over it logs in anew')
      await session.end()
      await session.call('listGrants', { query: {} })
      assert.equal(signatures, 3)
    })
  })

  describe('clock jumps', () => {
    test('[G34] a token ends after 15 minutes, a refresh token after two weeks, a session after thirty days', async () => {
      let answer = await logIn()
      const unused = await logIn()
      ahead = limits.tokenSeconds - 5
      await grantsBy(answer.token)
      ahead = limits.tokenSeconds + 10
      await assert.rejects(grantsBy(answer.token), refusal('unauthenticated'))
      ahead = limits.refreshSeconds - 60
      answer = await refresh(answer.refreshToken)
      ahead = limits.refreshSeconds + 5
      await assert.rejects(refresh(unused.refreshToken), refusal('unauthenticated'))
      while (ahead < limits.sessionSecondsMax - limits.refreshSeconds) {
        ahead += limits.refreshSeconds - 300
        answer = await refresh(answer.refreshToken)
      }
      assert.ok(answer.refreshExpiresAt <= inSeconds(limits.sessionSecondsMax))
      ahead = limits.sessionSecondsMax + 1
      await assert.rejects(refresh(answer.refreshToken), refusal('unauthenticated'))
    })

    test('[G34] attack: the clock goes back a year, and an old token is good again: it is not', async () => {
      const { token } = await logIn()
      ahead = -365 * 24 * 3600
      await assert.rejects(grantsBy(token), refusal('unauthenticated'))
      ahead = 0
      await grantsBy(token)
    })

    test('[G1] a challenge of before a jump is over', async () => {
      const { account } = doctor
      const { organisation, challenge, expiresAt } = await client().call('createChallenge', {
        body: { account, callerNonce: randomBytes32() },
      })
      ahead = limits.challengeSeconds + 1
      const login = loginTypedData(world.deployment, { account, organisation, challenge, expiresAt })
      const body = { account, challenge, expiresAt, signature: await doctor.identity.sign(login) }
      await assert.rejects(client().call('createSession', { body }), refusal('signature-invalid'))
    })
  })

  describe('[G35] token keys', () => {
    test('the public keys are served, and check a token', async () => {
      const { token } = await logIn()
      const jwks = await client().call('getTokenKeys', {})
      assert.equal(JSON.stringify(jwks).includes('"d"'), false, 'no private half')
      const organisation = world.city.actor.account
      const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), { issuer: organisation })
      assert.equal(payload.sub, doctor.account)
    })

    test('after a rotation new tokens have the new key; those of the old one are good until they end', async () => {
      const before = await logIn()
      await gateway().tokenKeys.rotate()
      const after = await logIn()
      const kid = (token: string) => decodeProtectedHeader(token).kid
      assert.notEqual(kid(before.token), kid(after.token))
      await grantsBy(before.token)
      await grantsBy(after.token)
      assert.ok((await client().call('getTokenKeys', {})).keys.length >= 2)
      ahead = limits.tokenSeconds + 10
      const { keys } = await client().call('getTokenKeys', {})
      assert.deepEqual(
        keys.map((key) => key.kid),
        [kid(after.token)],
      )
      await assert.rejects(grantsBy(before.token), refusal('unauthenticated'))
    })

    test('a key is replaced by itself when it has served its time', async () => {
      const { token } = await logIn()
      ahead = 31 * 24 * 3600
      assert.notEqual(decodeProtectedHeader((await logIn()).token).kid, decodeProtectedHeader(token).kid)
    })

    test('attack: JWT confusion: names of keys that are paths, queries, other people’s; keys in the header; other kinds of token', async () => {
      const { token, session, refreshToken } = await logIn()
      const own = await gateway().tokenKeys.current()
      const { privateKey, publicKey } = await generateKeyPair('EdDSA')
      const organisation = world.city.actor.account
      const jwt = (header: object, claims: object = {}) =>
        new SignJWT({ sid: session, ...claims })
          .setProtectedHeader({ alg: 'EdDSA', ...header })
          .setIssuer(organisation)
          .setAudience(organisation)
          .setSubject(doctor.account)
          .setIssuedAt()
          .setExpirationTime('5m')
      await grantsBy(await jwt({ kid: own.kid }).sign(own.privateKey))
      const other = world.lakeside.gateway.gateway.keys.tokenKey(1)
      const bad = {
        'no name': await jwt({}).sign(own.privateKey),
        'a path': await jwt({ kid: '../../../../dev/null' }).sign(privateKey),
        SQL: await jwt({ kid: "' union select '" }).sign(privateKey),
        'another’s key under our name': await jwt({ kid: own.kid }).sign(privateKey),
        'another hospital’s key': await jwt({ kid: other.kid }).sign(other.privateKey),
        'its own key in the header': await jwt({ kid: own.kid, jwk: await exportJWK(publicKey) }).sign(
          privateKey,
        ),
        'an address of keys': await jwt({ kid: 'x', jku: 'http://127.0.0.1:1/jwks.json' }).sign(privateKey),
        'a key that is not yet': await jwt({ kid: gateway().keys.tokenKey(99).kid }).sign(
          gateway().keys.tokenKey(99).privateKey,
        ),
        'another account’s session': await jwt({ kid: own.kid }, { sub: world.city.actor.account })
          .setSubject(world.city.actor.account)
          .sign(own.privateKey),
        'no session': await jwt({ kid: own.kid }, { sid: undefined }).sign(own.privateKey),
        'SQL as a session': await jwt({ kid: own.kid }, { sid: "' or 1=1" }).sign(own.privateKey),
        'good for a year': await jwt({ kid: own.kid })
          .setIssuedAt(inSeconds(-3600))
          .setExpirationTime('1y')
          .sign(own.privateKey),
        'a refresh token': refreshToken,
        'a changed claim': token.replace(
          /\.[^.]+\./,
          `.${Buffer.from(JSON.stringify({ ...decodeJwt(token), sub: world.city.actor.account })).toString('base64url')}.`,
        ),
        'alg none': `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.`,
        'alg None': `${Buffer.from('{"alg":"None","kid":"x"}').toString('base64url')}.${token.split('.')[1]}.`,
      }
      for (const [what, one] of Object.entries(bad))
        await assert.rejects(grantsBy(one), (error) => isHreError(error, 'unauthenticated'), what)
    })
  })

  describe('[G36] guessing', () => {
    test('attack: somebody guesses at one account: after some failures they wait; the owner, known by address, does not', async () => {
      const { loginAttempts, keyLogin } = gateway()
      const owner = await world.newMember(world.city, 'nurse')
      const { account } = owner
      const guess = {
        account,
        challenge: randomBytes32(),
        expiresAt: inSeconds(60),
        signature: '0x' as const,
      }
      const fail = (address: string) =>
        loginAttempts.run({ address, account }, () => keyLogin.assertLogin(guess))
      await logIn(owner)
      for (let tries = 0; tries < limits.loginFailuresPerAccountMax; tries++)
        await assert.rejects(fail(`10.0.0.${tries}`), refusal('signature-invalid'))
      await assert.rejects(fail('10.0.1.1'), refusal('rate-limited'))
      await logIn(owner)
      ahead = limits.loginFailureSeconds + 5
      await assert.rejects(fail('10.0.1.1'), refusal('signature-invalid'))
    })

    test('attack: a caller names another address in a header', async () => {
      for (let tries = 0; tries < 5; tries++)
        await fetch(`${world.lakeside.gateway.url}/v1/sessions/refresh`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-forwarded-for': `10.9.9.${tries}` },
          body: JSON.stringify({ refreshToken: 'x' }),
        })
      const attempts = world.lakeside.gateway.gateway.loginAttempts
      for (let tries = 5; tries < limits.loginFailuresPerAddressMax; tries++)
        await assert.rejects(
          attempts.run({ address: '127.0.0.1' }, () => world.lakeside.gateway.gateway.sessions.refresh('x')),
          refusal('unauthenticated'),
        )
      await assert.rejects(
        attempts.run({ address: '127.0.0.1' }, () => Promise.resolve()),
        refusal('rate-limited'),
      )
    })
  })

  describe('[G37] passkeys', () => {
    const bindingOf = async (
      actor: Actor,
      token: string,
      authenticator: SoftwareAuthenticator,
      place: typeof here & { verified?: boolean } = here,
    ) => {
      const { challenge } = await client().call('beginPasskey', {}, { token })
      const credential = authenticator.create({ challenge, ...place })
      const attestationHash = `0x${createHash('sha256')
        .update(Buffer.from(credential.response.attestationObject, 'base64url'))
        .digest('hex')}` as Hex
      const message = passkeyBindingTypedData(world.deployment, {
        account: actor.account,
        organisation: world.city.actor.account,
        challenge: `0x${Buffer.from(challenge, 'base64url').toString('hex')}`,
        attestationHash,
      })
      return { credential, label: 'Laptop', signature: await actor.identity.sign(message) }
    }
    const bind = async (actor: Actor, authenticator: SoftwareAuthenticator) => {
      const { token } = await logIn(actor)
      const body = await bindingOf(actor, token, authenticator)
      return { token, passkey: await client().call('createPasskey', { body }, { token }) }
    }
    const enter = async (
      authenticator: SoftwareAuthenticator,
      place: Partial<typeof here & { challenge: string; verified: boolean }> = {},
    ) => {
      const { challenge } = await client().call('beginPasskeyLogin', {})
      const credential = authenticator.get({ challenge, ...here, ...place })
      return client().call('createPasskeySession', { body: { credential, device: 'laptop' } })
    }

    test('one that the account bound opens the same kind of session', async () => {
      const authenticator = new SoftwareAuthenticator()
      const { passkey } = await bind(doctor, authenticator)
      const { token } = await enter(authenticator)
      const [own] = (await sessionsBy(token)).filter(({ current }) => current)
      assert.deepEqual([own?.method, own?.device], ['passkey', 'laptop'])
      assert.equal(decodeJwt(token).sub, doctor.account)
      const { passkeys } = await client().call('listPasskeys', {}, { token })
      assert.ok(passkeys.some(({ id, lastUsedAt }) => id === passkey.id && lastUsedAt !== null))
    })

    test('attack: another origin, another relying party, no verification, an answer used twice or made up', async () => {
      const authenticator = new SoftwareAuthenticator()
      await bind(doctor, authenticator)
      await assert.rejects(
        enter(authenticator, { origin: 'https://gateway.city.example.evil.example' }),
        refusal('signature-invalid'),
      )
      await assert.rejects(
        enter(authenticator, { origin: 'http://gateway.city.example' }),
        refusal('signature-invalid'),
      )
      await assert.rejects(enter(authenticator, { rpId: 'city.example' }), refusal('signature-invalid'))
      await assert.rejects(enter(authenticator, { verified: false }), refusal('signature-invalid'))
      await assert.rejects(
        enter(authenticator, { challenge: Buffer.alloc(32).toString('base64url') }),
        refusal('signature-invalid'),
      )
      await assert.rejects(enter(new SoftwareAuthenticator()), refusal('signature-invalid'))
      const { challenge } = await client().call('beginPasskeyLogin', {})
      const body = { credential: authenticator.get({ challenge, ...here }) }
      await client().call('createPasskeySession', { body })
      await assert.rejects(client().call('createPasskeySession', { body }), refusal('signature-invalid'))
    })

    test('attack: a copied passkey answers with a counter that was there before', async () => {
      const authenticator = new SoftwareAuthenticator()
      await bind(doctor, authenticator)
      await enter(authenticator)
      authenticator.counter -= 1
      await assert.rejects(enter(authenticator), refusal('signature-invalid'))
      authenticator.counter += 5
      await enter(authenticator)
    })

    test('attack: a stolen session binds a thief’s passkey without the account’s key; a binding is moved', async () => {
      const { token } = await logIn()
      const thief = await world.newMember(world.city, 'nurse')
      const body = await bindingOf(doctor, token, new SoftwareAuthenticator())
      const forged = await bindingOf(thief, token, new SoftwareAuthenticator())
      await assert.rejects(
        client().call('createPasskey', { body: forged }, { token }),
        refusal('signature-invalid'),
      )
      const other = new SoftwareAuthenticator().create({
        challenge: JSON.parse(Buffer.from(body.credential.response.clientDataJSON, 'base64url').toString())
          .challenge as string,
        ...here,
      })
      await assert.rejects(
        client().call('createPasskey', { body: { ...body, credential: other } }, { token }),
        refusal('signature-invalid'),
      )
      // The first attempt spent the challenge.
      await assert.rejects(client().call('createPasskey', { body }, { token }), refusal('signature-invalid'))
      const elsewhere = await bindingOf(doctor, token, new SoftwareAuthenticator(), {
        ...here,
        origin: 'https://evil.example',
      })
      await assert.rejects(
        client().call('createPasskey', { body: elsewhere }, { token }),
        refusal('signature-invalid'),
      )
    })

    test('[G32] its label changes by If-Match alone; removed it opens nothing', async () => {
      const authenticator = new SoftwareAuthenticator()
      const { token, passkey } = await bind(doctor, authenticator)
      const path = `${world.city.gateway.url}/v1/passkeys/${passkey.id}`
      const rename = (label: string, tag?: string) =>
        fetch(path, {
          method: 'PUT',
          headers: {
            authorization: `Bearer ${token}`,
            'content-type': 'application/json',
            ...(tag ? { 'if-match': tag } : {}),
          },
          body: JSON.stringify({ label }),
        })
      const tag = (await fetch(path, { headers: { authorization: `Bearer ${token}` } })).headers.get('etag')!
      assert.equal((await rename('x')).status, 428)
      assert.equal((await rename('Ward laptop', tag)).status, 200)
      assert.equal((await rename('Somebody else’s', tag)).status, 400, 'a label has few signs')
      assert.equal((await rename('Lost update', tag)).status, 412)
      const other = await logIn(await world.newMember(world.city, 'nurse'))
      await assert.rejects(
        client().call('removePasskey', { params: { passkey: passkey.id } }, { token: other.token }),
        refusal('not-found'),
      )
      await client().call('removePasskey', { params: { passkey: passkey.id } }, { token })
      await assert.rejects(enter(authenticator), refusal('signature-invalid'))
    })
  })

  describe('[G38] wallets', () => {
    type Fields = Parameters<typeof createSiweMessage>[0]
    async function enter(
      actor: Actor,
      change: (fields: Fields) => Partial<Fields> = () => ({}),
      account = actor.account,
    ) {
      const { nonce, domain, uri, chainId } = await client().call('createWalletNonce', {})
      const fields: Fields = {
        address: privateKeyToAccount(keyOf(actor)).address,
        domain,
        uri,
        chainId,
        nonce,
        version: '1',
        issuedAt: new Date(),
        expirationTime: new Date(Date.now() + 300_000),
        resources: [`urn:hre:account:${account}`],
      }
      const message = createSiweMessage({ ...fields, ...change(fields) })
      const signature = await privateKeyToAccount(keyOf(actor)).signMessage({ message })
      const body = { account, message, signature, device: 'wallet' }
      return { body, open: () => client().call('createWalletSession', { body }) }
    }
    const keyOf = (actor: Actor): Hex => bytesToHex(actor.keyring.signingKey)

    test('a message of the account’s wallet opens a session, once', async () => {
      const { body, open } = await enter(doctor)
      const { token } = await open()
      assert.equal(decodeJwt(token).sub, doctor.account)
      assert.ok((await sessionsBy(token)).some(({ method, current }) => current && method === 'wallet'))
      await assert.rejects(client().call('createWalletSession', { body }), refusal('signature-invalid'))
    })

    test('attack: another domain, chain, address, version or account; expired, too long, not yet, made up', async () => {
      const other = await world.newMember(world.city, 'nurse')
      const changes: Record<string, (fields: Fields) => Partial<Fields>> = {
        domain: () => ({ domain: 'evil.example' }),
        uri: () => ({ uri: 'https://evil.example' }),
        chainId: ({ chainId }) => ({ chainId: chainId + 1 }),
        address: () => ({ address: privateKeyToAccount(generatePrivateKey()).address }),
        nonce: () => ({ nonce: '1'.repeat(64) }),
        expirationTime: () => ({ expirationTime: new Date(Date.now() - 1000) }),
        'no expiry': () => ({ expirationTime: undefined as never }),
        'an hour': () => ({ expirationTime: new Date(Date.now() + 3_600_000) }),
        issuedAt: () => ({ issuedAt: new Date(Date.now() - 600_000) }),
        notBefore: () => ({ notBefore: new Date(Date.now() + 60_000) }),
        resources: () => ({ resources: [`urn:hre:account:${other.account}`] }),
        'no account': () => ({ resources: [] }),
      }
      for (const [what, change] of Object.entries(changes))
        await assert.rejects(
          (await enter(doctor, change)).open(),
          (error) => isHreError(error, 'signature-invalid'),
          what,
        )
      await assert.rejects(
        (await enter(other, undefined, doctor.account)).open(),
        refusal('signature-invalid'),
      )
      const { body } = await enter(doctor)
      const changed = { ...body, message: body.message.replace('Version: 1', 'Version: 2') }
      await assert.rejects(
        client().call('createWalletSession', { body: changed }),
        refusal('signature-invalid'),
      )
    })
  })
})
