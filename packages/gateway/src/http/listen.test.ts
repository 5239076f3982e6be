import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import Fastify from 'fastify'
import { listen } from './listen.ts'

async function taken() {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  return { holder, address: { host: '127.0.0.1', port: (holder.address() as AddressInfo).port } }
}

test('a port that is given back after a moment is listened at, and answers', async () => {
  const { holder, address } = await taken()
  const server = Fastify()
  server.get('/', async () => 'here')
  try {
    const listening = listen(server, address)
    setTimeout(() => holder.close(), 500)
    assert.equal(await (await fetch(await listening)).text(), 'here')
  } finally {
    await server.close()
  }
})

test('a port that is taken for good ends the start, and anything else does at once', async () => {
  const { holder, address } = await taken()
  const server = Fastify()
  try {
    await assert.rejects(listen(server, address, 300), { code: 'EADDRINUSE' })
    await assert.rejects(listen(server, { ...address, host: '192.0.2.1' }), { code: 'EADDRNOTAVAIL' })
  } finally {
    holder.close()
    await server.close()
  }
})
