import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { request } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls, type SecureVersion } from 'node:tls'
import { limits } from '@hre/protocol'
import { requestAccess, type Actor } from '@hre/sdk'
import { freePort } from '../../src/ports.ts'
import { startWorld, tokenOf, type Hospital, type World } from '../world.ts'
import {
  hostName,
  makeCertificate,
  proxiesMissing,
  proxyNames,
  startProxy,
  type Certificate,
  type Proxy,
} from './proxy.ts'

const skip = proxiesMissing
/** Of callers without a session, in a minute: few, so that it is seen whom they are counted for. */
const anonymousPerMinute = 100
/** The callers' own address: another than the proxy's, by which the proxy asks whether the gateway is well. */
const localAddress = '127.0.0.2'

// A suite that is left out counts for nothing; a test that is left out is reported with its reason.
if (skip) test('the proxies of deploy/ in front of a gateway', { skip })

for (const name of proxyNames)
  describe(`deploy/ in front of a gateway: ${name}`, { skip }, () => {
    let folder: string
    let world: World
    /** The gateway behind the proxy. */
    let behind: Hospital
    let certificate: Certificate
    let ca: Buffer
    let proxy: Proxy
    let technician: Actor
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'hre-proxies-'))
      certificate = makeCertificate(folder)
      ca = await readFile(certificate.certificate)
      world = await startWorld()
      behind = await world.newHospital('behind', {
        settings: { trustedProxies: '127.0.0.1', anonymousPerMinute, operationsPort: 0 },
      })
      technician = await world.newMember(behind, 'lab technician')
      // The second replica is not there: the first answers for both.
      proxy = await startProxy(name, {
        folder: join(folder, name),
        port: await freePort(0),
        replicas: [new URL(behind.gateway.url).host, `127.0.0.1:${await freePort(0)}`],
        certificate,
      })
    })
    after(async () => {
      await proxy?.stop()
      await world?.stop()
      await rm(folder, { recursive: true, force: true })
    })

    const line = () => connect({ host: '127.0.0.1', localAddress, port: proxy.port })

    interface Answer {
      status: number
      headers: IncomingHttpHeaders
      text: string
    }
    function ask(
      path: string,
      {
        method = 'GET',
        headers = {},
        body,
      }: { method?: string; headers?: Record<string, string>; body?: Readable } = {},
    ): Promise<Answer> {
      return new Promise((resolve, reject) => {
        const to = {
          host: '127.0.0.1',
          localAddress,
          port: proxy.port,
          servername: hostName,
          ca,
          path,
          method,
        }
        const sent = request({ ...to, agent: false, headers: { host: hostName, ...headers } }, (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (part: string) => (text += part))
          response.once('end', () => {
            resolve({ status: response.statusCode!, headers: response.headers, text })
            sent.destroy()
          })
        })
        sent.once('error', reject)
        if (body) pipeline(body, sent).catch(() => {})
        else sent.end()
      })
    }

    test('the gateway answers through it, with or without the replica that is away, and asks for TLS from then on', async () => {
      for (let times = 0; times < 6; times++) {
        const { status, headers, text } = await ask('/v1/exchange')
        assert.equal(status, 200, text)
        assert.equal(headers['strict-transport-security'], 'max-age=31536000')
      }
    })

    test('TLS 1.2 and 1.3, and nothing older', async () => {
      const handshake = async (version: SecureVersion) => {
        const socket = connectTls({
          socket: line(),
          servername: hostName,
          ca,
          minVersion: version,
          maxVersion: version,
          // OpenSSL itself would refuse to try the old ones.
          ciphers: 'DEFAULT:@SECLEVEL=0',
        })
        try {
          await once(socket, 'secureConnect')
          return socket.getProtocol()
        } finally {
          socket.destroy()
        }
      }
      assert.equal(await handshake('TLSv1.2'), 'TLSv1.2')
      assert.equal(await handshake('TLSv1.3'), 'TLSv1.3')
      for (const old of ['TLSv1', 'TLSv1.1'] as const)
        await assert.rejects(handshake(old), /alert protocol version|ECONNRESET|handshake failure/)
    })

    test('attack: figures and the operations’ port are asked for through the proxy', async () => {
      const operations = new URL(behind.gateway.operationsUrl!)
      assert.match(await (await fetch(`${operations.href}metrics`)).text(), /hre_http_requests_total/)
      const token = await tokenOf(behind, technician)
      const disguises = [
        '/metrics',
        '/metrics/',
        '/metrics?a',
        '//metrics',
        '/%6detrics',
        '/v1/../metrics',
        '/METRICS',
      ]
      const others: Record<string, string>[] = [
        {},
        { host: operations.host },
        { 'x-forwarded-host': operations.host },
      ]
      for (const path of [...disguises, `http://${operations.host}/metrics`])
        for (const other of others) {
          const headers = { authorization: `Bearer ${token}`, ...other }
          const { status, text } = await ask(path, { headers })
          assert.ok(!text.includes('hre_http_requests_total'), path)
          // For a host that is not its own, Caddy answers 200 and nothing.
          assert.ok(status !== 200 || text === '', `${status} ${path}`)
        }
    })

    test('server-sent events come as they are sent, over HTTP/2', async () => {
      const [patient, doctor] = [await world.newPatient(), await world.newMember(behind, 'doctor')]
      const session = connectHttp2(`https://${hostName}:${proxy.port}`, {
        ca,
        createConnection: () =>
          connectTls({ socket: line(), servername: hostName, ca, ALPNProtocols: ['h2'] }),
      })
      try {
        const token = await tokenOf(behind, patient)
        const stream = session.request({
          ':path': '/v1/notifications/stream',
          authorization: `Bearer ${token}`,
          accept: 'text/event-stream',
        })
        let told = ''
        stream.setEncoding('utf8').on('data', (text: string) => (told += text))
        const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
        assert.equal(headers[':status'], 200)
        assert.match(String(headers['content-type']), /^text\/event-stream/)
        const before = told.length
        await assert.rejects(requestAccess(doctor, { patient: patient.account, purpose: 'TREAT' }))
        const deadline = Date.now() + 20_000
        while (!told.slice(before).includes('access-refused') && Date.now() < deadline) await sleep(20)
        assert.match(told.slice(before), /access-refused/)
        // It came in the middle of a stream that goes on.
        assert.ok(!stream.readableEnded)
        stream.close()
      } finally {
        session.destroy()
      }
    })

    test('[G9] a file of the largest size passes, and one byte more is refused in the gateway’s own words', async () => {
      const token = await tokenOf(behind, technician)
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' }
      const chunk = Buffer.alloc(1024 * 1024, 7)
      const hash = createHash('sha256')
      for (let sent = 0; sent < limits.blobBytesMax; sent += chunk.length) hash.update(chunk)
      const path = `/v1/blobs/0x${hash.digest('hex')}`
      const put = (bytes: number, body: Readable) =>
        ask(path, { method: 'PUT', headers: { ...headers, 'content-length': String(bytes) }, body })
      const stored = await put(limits.blobBytesMax, bodyOf(chunk, limits.blobBytesMax))
      assert.deepEqual(
        [stored.status, JSON.parse(stored.text)],
        [201, { contentId: path.slice(10), bytes: limits.blobBytesMax }],
      )
      // By what it announces: of somebody who goes on sending the line is cut, and with it perhaps the answer.
      const begun = new Readable({ read() {} })
      begun.push(chunk.subarray(0, 1_000))
      const refused = await put(limits.blobBytesMax + 1, begun)
      assert.equal(refused.status, 413)
      assert.match(refused.headers['content-type'] ?? '', /^application\/problem\+json/)
      assert.equal((JSON.parse(refused.text) as { code: string }).code, 'payload-too-large')
    })

    test('attack: headers are sent a byte at a time', async () => {
      const socket = connectTls({ socket: line(), servername: hostName, ca })
      await once(socket, 'secureConnect')
      const began = performance.now()
      socket.on('error', () => {}).resume()
      const closed = once(socket, 'close')
      socket.write(`GET /v1/exchange HTTP/1.1\r\nhost: ${hostName}\r\nx-slow: `)
      const drip = setInterval(() => socket.write('a'), 500)
      await Promise.race([closed, sleep(30_000)])
      clearInterval(drip)
      socket.destroy()
      const seconds = (performance.now() - began) / 1000
      assert.ok(seconds > 5 && seconds < 25, `cut after ${seconds} s`)
    })

    test('attack: a caller chooses its address in X-Forwarded-For, another one for each request', async () => {
      const statuses: number[] = []
      // So many that more than a minute's share of them are in one minute, also where another begins between them.
      for (let times = 0; times <= 2 * anonymousPerMinute && !statuses.includes(429); times++) {
        const chosen = `198.51.100.${times}`
        const headers = { 'x-forwarded-for': chosen, 'x-real-ip': chosen, forwarded: `for=${chosen}` }
        statuses.push((await ask('/v1/exchange', { headers })).status)
      }
      assert.ok(statuses.includes(429), String(statuses))
    })

    test('nothing that was asked for stands in its log, also where no gateway answers', async () => {
      const record = `0x${'5ec2'.repeat(16)}`
      await ask(`/v1/blobs/${record}`)
      const { port } = new URL(behind.gateway.url)
      await behind.gateway.stop()
      const { status } = await ask(`/v1/blobs/${record}`)
      assert.ok(status >= 502 && status <= 504, `${status} of port ${port}`)
      assert.ok(!(await proxy.log()).includes(record))
    })
  })

/** A body of so many bytes, of one chunk over and over. */
function bodyOf(chunk: Buffer, bytes: number): Readable {
  let left = bytes
  return new Readable({
    read() {
      if (left === 0) return void this.push(null)
      const part = chunk.subarray(0, Math.min(left, chunk.length))
      left -= part.length
      this.push(part)
    },
  })
}
