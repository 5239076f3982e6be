import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startChain } from '@hre/chain'
import { startGateway } from '@hre/gateway'
import { startPart, type Part } from '../src/processes.ts'
import type { Postgres } from './postgres.ts'
import type { World } from './world.ts'

const chainProgram = fileURLToPath(new URL('../../chain/src/main.ts', import.meta.url))
const gatewayProgram = fileURLToPath(new URL('../../gateway/src/main.ts', import.meta.url))

/** So that a chain that is killed over and over has little to replay. */
const snapshots = ['--snapshot-transactions', '150']

/** As often as a supervisor would: `Restart=always` of deploy/hre-gateway.service. */
const startAttempts = 3

export const partNames = ['chain', 'city', 'lakeside', 'postgres'] as const
export type PartName = (typeof partNames)[number]

/** The world's chain and gateways as processes of their own, at the addresses that they had. */
export class Parts {
  readonly #running = new Map<PartName, Part<unknown>>()
  readonly #world: World
  readonly #postgres: Postgres | undefined

  constructor(world: World, postgres?: Postgres) {
    this.#world = world
    this.#postgres = postgres
  }

  async takeOver(): Promise<void> {
    const { city, lakeside, chain, folder } = this.#world
    for (const [name, hospital] of Object.entries({ city, lakeside })) {
      const { url } = hospital.gateway
      hospital.config = {
        ...hospital.config,
        port: Number(new URL(url).port),
        publicUrl: url,
        anchorSeconds: 1,
      }
      await hospital.gateway.stop()
      await writeFile(join(folder, `${name}.json`), JSON.stringify(hospital.config))
    }
    await chain.stop()
    await this.start('chain')
    await Promise.all([this.start('city'), this.start('lakeside')])
  }

  async start(name: PartName): Promise<void> {
    if (name === 'postgres') return this.#postgres?.start()
    const { folder, chain } = this.#world
    const args =
      name === 'chain'
        ? [...['--data', join(folder, 'chain'), '--port', new URL(chain.url).port, '--json'], ...snapshots]
        : ['--config', join(folder, `${name}.json`)]
    const program = name === 'chain' ? chainProgram : gatewayProgram
    const logs = join(folder, 'logs')
    for (let attempt = 1; !this.#running.has(name); attempt++) {
      try {
        this.#running.set(name, await startPart({ name, program, args, logs }))
      } catch (error) {
        const words = (await readFile(join(logs, `${name}.log`), 'utf8')).slice(-2_000)
        if (attempt === startAttempts) throw new Error(`${name} does not start: ${words}`, { cause: error })
        console.warn(`${name} is started again: ${words}`)
        await sleep(1_000)
      }
    }
  }

  pidOf(name: PartName): number {
    return this.#running.get(name)!.pid
  }

  async kill(name: PartName): Promise<void> {
    if (name === 'postgres') return this.#postgres?.stop('SIGKILL')
    const part = this.#running.get(name)!
    this.#running.delete(name)
    process.kill(part.pid, 'SIGKILL')
    await part.ended
  }

  /** Ends the processes in good order; the world's own take their place. */
  async handBack(): Promise<void> {
    await this.stop()
    const { folder, chain, city, lakeside } = this.#world
    this.#world.chain = await startChain({
      dataDir: join(folder, 'chain'),
      port: Number(new URL(chain.url).port),
    })
    for (const hospital of [city, lakeside]) {
      hospital.config = { ...hospital.config, anchorSeconds: 3600 }
      hospital.gateway = await startGateway(hospital.config)
    }
  }

  async stop(): Promise<void> {
    for (const name of ['city', 'lakeside', 'chain'] as const) await this.#running.get(name)?.stop()
    this.#running.clear()
  }
}
