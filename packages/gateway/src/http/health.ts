import type { FastifyInstance } from 'fastify'
import type { Gateway } from '../gateway.ts'
import * as t from '../store/schema.ts'

/** A follower that has not been at the head for this long does not serve: the balancer should ask another replica. */
const lagSecondsMax = 30
const databaseMilliseconds = 3_000

type Check = 'ok' | 'failed'

/**
 * For orchestrators and balancers. `/health/live`: 200 as long as the process answers; restart it when it does not. `/health/ready`:
 * 200 when it can serve, else 503; either way each check by name.
 */
export function serveHealth(server: FastifyInstance, gateway: Gateway): void {
  server.get('/health/live', async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'live' }),
  )
  server.get('/health/ready', async (_request, reply) => {
    const checks = await checksOf(gateway)
    const ready = Object.values(checks).every((check) => check === 'ok')
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ready ? 'ready' : 'not-ready', checks, lag: gateway.follower.lag })
  })
}

async function checksOf({
  db,
  follower,
}: Gateway): Promise<Record<'database' | 'chain' | 'follower', Check>> {
  const database = await within(databaseMilliseconds, db.select({ id: t.cursor.id }).from(t.cursor))
  // Reading to the head asks both; where the database is gone, it says nothing of the chain.
  const chain = await within(databaseMilliseconds, follower.sync())
  const { blocks, seconds = Infinity } = follower.lag
  return {
    database,
    chain: database === 'ok' ? chain : 'ok',
    follower: blocks === 0 || seconds <= lagSecondsMax ? 'ok' : 'failed',
  }
}

async function within(milliseconds: number, asked: PromiseLike<unknown>): Promise<Check> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Check>((resolve) => {
    timer = setTimeout(() => resolve('failed'), milliseconds)
  })
  const answered = Promise.resolve(asked).then(
    () => 'ok' as const,
    () => 'failed' as const,
  )
  return Promise.race([answered, late]).finally(() => clearTimeout(timer))
}
