// What the library for certificates asks for first.
import 'reflect-metadata'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates, type TlsOptions } from 'node:tls'
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509'
import { Outbound } from './outbound.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const dayMilliseconds = 24 * 60 * 60 * 1000
const inDays = (days: number) => new Date(Date.now() + days * dayMilliseconds)
const newKeys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
const pemOf = async ({ privateKey }: CryptoKeyPair) => {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey)).toString('base64')
  return `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`
}

interface Authority {
  keys: CryptoKeyPair
  certificate: X509Certificate
}

async function newAuthority(name: string): Promise<Authority> {
  const keys = await newKeys()
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    notBefore: inDays(-30),
    notAfter: inDays(30),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  })
  return { keys, certificate }
}

async function certify(
  { keys: by, certificate: issuer }: Authority,
  name: string,
  [notBefore, notAfter] = [inDays(-1), inDays(1)] as [Date, Date],
) {
  const keys = await newKeys()
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: issuer.subject,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: by.privateKey,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: name }])],
  })
  return { cert: certificate.toString('pem'), key: await pemOf(keys) }
}

describe('[T7] what a gateway sends goes to whom the certificate names', () => {
  const platforms = getCACertificates()
  let trusted: Authority
  before(async () => {
    trusted = await newAuthority('An authority that this machine trusts')
    setDefaultCACertificates([...platforms, trusted.certificate.toString('pem')])
  })
  after(() => setDefaultCACertificates(platforms))

  const outbound = new Outbound({
    networks: '127.0.0.1/32',
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  })
  /** Posts to a receiver with this certificate. @returns the answer's status, what the receiver saw. */
  async function post(certificate: { cert: string; key: string }, versions: TlsOptions = {}) {
    const seen: string[] = []
    const server = createServer({ ...certificate, ...versions }, (request, response) => {
      request.on('data', (piece: Buffer) => seen.push(piece.toString()))
      request.on('end', () => response.writeHead(204).end())
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const sent = outbound.post(`https://receiver.example:${port}/hook`, {}, Buffer.from('news'))
    return sent
      .then(
        ({ status }) => ({ status, seen }),
        ({ code }: { code: string }) => ({ code, seen }),
      )
      .finally(() => server.close())
  }

  test('a receiver with a certificate for its name gets what is sent', async () => {
    assert.deepEqual(await post(await certify(trusted, 'receiver.example')), { status: 204, seen: ['news'] })
  })

  test('attack: somebody on the way with a certificate of their own, for another name, or one that ran out: not a byte is sent', async () => {
    const stranger = await newAuthority('An authority of their own')
    assert.deepEqual(await post(await certify(stranger, 'receiver.example')), {
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      seen: [],
    })
    assert.deepEqual(await post(await certify(trusted, 'other.example')), {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      seen: [],
    })
    assert.deepEqual(await post(await certify(trusted, 'receiver.example', [inDays(-9), inDays(-2)])), {
      code: 'CERT_HAS_EXPIRED',
      seen: [],
    })
  })

  test('attack: a receiver that speaks only TLS 1.1', async () => {
    const old: TlsOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }
    assert.deepEqual(await post(await certify(trusted, 'receiver.example'), old), {
      code: 'EPROTO',
      seen: [],
    })
  })
})
