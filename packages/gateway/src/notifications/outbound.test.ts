import assert from 'node:assert/strict'
import { once } from 'node:events'
import http, { type RequestListener } from 'node:http'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { after, describe, test } from 'node:test'
import { Outbound } from './outbound.ts'
import { isSendable, listOf } from './publicAddress.ts'

const body = Buffer.from('{}')
const refused = (reason: string) => (error: { code?: string; data?: { reason?: string } }) => {
  assert.deepEqual([error.code, error.data?.reason], ['address-refused', reason])
  return true
}

describe('[T7] where a gateway sends to: server-side request forgery', () => {
  const servers: { close(): void; closeAllConnections?(): void }[] = []
  after(() => {
    for (const server of servers) {
      server.closeAllConnections?.()
      server.close()
    }
  })
  async function listen(answer: RequestListener): Promise<{ port: number; seen: string[] }> {
    const seen: string[] = []
    const server = http.createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`)
      answer(request, response)
    })
    servers.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return { port: (server.address() as AddressInfo).port, seen }
  }
  const ok: RequestListener = (_request, response) => response.end('fine')
  const strict = new Outbound({ networks: undefined })
  const operators = new Outbound({ networks: '127.0.0.1/32' })
  const resolvingTo = (networks: string | undefined, ...answers: string[][]) => {
    const asked: string[] = []
    const resolve = async (name: string) => {
      asked.push(name)
      const addresses = answers[Math.min(asked.length, answers.length) - 1]!
      return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    }
    return { outbound: new Outbound({ networks, resolve }), asked }
  }

  test('attack: this machine, this site, the links, metadata services, IPv4 inside IPv6', () => {
    const none = listOf([])
    for (const address of [
      '127.0.0.1',
      '127.255.0.9',
      '0.0.0.0',
      '10.1.2.3',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '100.64.0.1',
      '169.254.169.254',
      '192.0.0.192',
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '::FFFF:10.0.0.1',
      '0:0:0:0:0:ffff:a9fe:a9fe',
      '::127.0.0.1',
      '64:ff9b::7f00:1',
      '64:ff9b:1::a00:1',
      '2002:7f00:1::',
      '2001:0:7f00:1::',
      'fc00::1',
      'fd00:ec2::254',
      'fe80::1',
      'fe80::1%eth0',
      'fec0::1',
      'ff02::1',
      '2001:db8::1',
      'not an address',
      '',
    ])
      assert.equal(isSendable(address, none), false, address)
    for (const address of ['1.1.1.1', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])
      assert.equal(isSendable(address, none), true, address)
    const allowed = listOf(['10.0.40.0/24', 'fd12::/16'])
    for (const [address, is] of [
      ['10.0.40.9', true],
      ['::ffff:10.0.40.9', true],
      ['fd12::1', true],
      ['10.0.41.9', false],
      ['fd13::1', false],
    ] as const)
      assert.equal(isSendable(address, allowed), is, address)
  })

  test('attack: addresses spelt in other ways, passwords, other schemes', () => {
    for (const url of [
      'https://127.0.0.1/x',
      'https://2130706433/',
      'https://0x7f.1/',
      'https://0177.0.0.1/',
      'https://127.1/',
      'https://[::1]/',
      'https://[::ffff:127.0.0.1]/',
      'https://[::ffff:7f00:1]/',
      'https://169.254.169.254/latest/meta-data/',
      'https://１２７.0.0.1/',
    ])
      assert.throws(() => strict.assertAddress(url), refused('not public'), url)
    for (const url of [
      'http://hospital.example/',
      'ftp://hospital.example/',
      'file:///etc/passwd',
      'data:,x',
    ])
      assert.throws(() => strict.assertAddress(url), refused('not https'), url)
    assert.throws(
      () => strict.assertAddress('https://a:b@hospital.example/'),
      refused('a name or password in it'),
    )
    assert.throws(() => strict.assertAddress('hospital'), refused('not a URL'))
    assert.equal(strict.assertAddress('https://hospital.example/x').hostname, 'hospital.example')
  })

  test('attack: a name that leads to this machine, or to it among others', async () => {
    const { port, seen } = await listen(ok)
    for (const addresses of [['127.0.0.1'], ['::1'], ['::ffff:127.0.0.1'], ['1.1.1.1', '127.0.0.1'], []]) {
      const { outbound } = resolvingTo(undefined, addresses)
      const reason = addresses.length > 0 ? 'not public' : 'no address'
      await assert.rejects(outbound.post(`https://evil.example:${port}/`, {}, body), refused(reason))
    }
    await assert.rejects(strict.post(`https://localhost:${port}/`, {}, body), refused('not public'))
    assert.deepEqual(seen, [])
  })

  test('attack: DNS rebinding: a name that was public when it was registered and is not when it is called', async () => {
    const { port, seen } = await listen(ok)
    const { outbound, asked } = resolvingTo(undefined, ['127.0.0.1'], ['1.1.1.1'])
    outbound.assertAddress(`https://rebind.example:${port}/`)
    await assert.rejects(outbound.post(`https://rebind.example:${port}/`, {}, body), refused('not public'))
    // Resolved once: what was judged is what is connected to.
    assert.equal(asked.length, 1)
    assert.deepEqual(seen, [])
  })

  test('attack: plain http to the public, where an operator allowed it to a network of its own', async () => {
    const { outbound } = resolvingTo('127.0.0.1/32', ['1.1.1.1'])
    await assert.rejects(outbound.post('http://public.example/', {}, body), refused('not https'))
    assert.throws(() => operators.assertAddress('http://1.1.1.1/'), refused('not https'))
    const { port } = await listen(ok)
    const answer = await operators.post(`http://127.0.0.1:${port}/hook`, { 'x-y': 'z' }, body)
    assert.equal(answer.status, 200)
  })

  test('attack: a redirect to this machine is not followed', async () => {
    const inside = await listen(ok)
    const { port, seen } = await listen((_request, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${inside.port}/admin` }).end(),
    )
    assert.equal((await operators.post(`http://127.0.0.1:${port}/`, {}, body)).status, 307)
    assert.deepEqual([seen.length, inside.seen], [1, []])
  })

  test('attack: an answer without end is cut off, and its status counts', async () => {
    let sent = 0
    const { port } = await listen((_request, response) => {
      response.writeHead(200)
      const more = () => {
        while (!response.destroyed && sent < 50_000_000) {
          sent += 65_536
          if (!response.write(Buffer.alloc(65_536))) return void response.once('drain', more)
        }
      }
      more()
    })
    assert.equal((await operators.post(`http://127.0.0.1:${port}/`, {}, body)).status, 200)
    assert.ok(sent < 20_000_000, `${sent} bytes`)
  })

  test('attack: a receiver that never answers holds nothing for long', async (context) => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
    servers.push(silent)
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    context.mock.method(AbortSignal, 'timeout', () => {
      const ends = new AbortController()
      setTimeout(() => ends.abort(), 100)
      return ends.signal
    })
    await assert.rejects(operators.post(`http://127.0.0.1:${port}/`, {}, body))
    for (const socket of sockets) socket.destroy()
  })

  test('attack: a receiver that speaks no TLS where https was named gets nothing in the clear', async () => {
    const { port, seen } = await listen(ok)
    await assert.rejects(operators.post(`https://127.0.0.1:${port}/`, {}, body))
    assert.deepEqual(seen, [])
  })

  test('Retry-After in seconds, as a date, and as nonsense', async () => {
    const answers = ['7', new Date(Date.now() + 90_000).toUTCString(), 'soon', '-5', '1e9']
    const { port } = await listen((_request, response) =>
      response.writeHead(503, { 'retry-after': answers.shift()! }).end(),
    )
    const seconds = async () =>
      (await operators.post(`http://127.0.0.1:${port}/`, {}, body)).retryAfterSeconds
    assert.equal(await seconds(), 7)
    assert.ok(Math.abs((await seconds())! - 90) <= 2)
    assert.deepEqual([await seconds(), await seconds(), await seconds()], [undefined, undefined, undefined])
  })

  test('networks that are none are refused at the start', () => {
    for (const networks of ['10.0.0.0/8,nonsense', '10.0.0.0/99', 'localhost'])
      assert.throws(() => new Outbound({ networks }), networks)
  })
})
