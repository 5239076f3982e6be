import { connect, type Socket } from 'node:net'
import { RPC_CODE, RpcError } from './rpc-error.ts'

export interface RpcCall {
  readonly method: string
  readonly params: unknown
}

/** The connection to the engine broke; whether the request took effect is unknown. */
export class EngineGoneError extends Error {
  override readonly name = 'EngineGoneError'
  constructor() {
    super('the chain engine is gone')
  }
}

interface EngineAnswer {
  readonly id?: number
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

interface Waiting {
  resolve(line: Buffer): void
  reject(error: Error): void
}

const NEWLINE = 10

/**
 * JSON-RPC over a local socket, one answer per line.
 *
 * The engine answers in any order, so requests carry ids of our own; a caller's id never reaches it.
 */
export class EngineConnection {
  readonly #socket: Socket
  readonly #waiting = new Map<number, Waiting>()
  readonly closed: Promise<void>
  #parts: Buffer[] = []
  #nextId = 1
  #open = true

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes: Buffer) => this.#receive(bytes))
    // 'close' always follows, and says all we need.
    socket.on('error', () => {})
    this.closed = new Promise((resolve) => socket.once('close', resolve))
    void this.closed.then(() => this.#fail())
  }

  /** Connects to a socket path (a pipe name on Windows). @throws the system's error. */
  static connect(path: string): Promise<EngineConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(path)
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new EngineConnection(socket))
      })
    })
  }

  /** Requests under way. */
  get load(): number {
    return this.#waiting.size
  }

  /** @throws RpcError - the engine's answer; EngineGoneError */
  async request<Result>(method: string, params: unknown = []): Promise<Result> {
    const line = await this.requestLine(method, params)
    return resultOf(JSON.parse(line.toString()) as EngineAnswer) as Result
  }

  /** Like {@link request}, but gives the answer's bytes, for answers too large to parse. */
  requestLine(method: string, params: unknown = []): Promise<Buffer> {
    const id = this.#nextId++
    return this.#send(id, JSON.stringify({ jsonrpc: '2.0', id, method, params }))
  }

  /** One JSON-RPC batch. The engine works on a batch in order. @throws EngineGoneError */
  async batch(calls: readonly RpcCall[]): Promise<(unknown | RpcError)[]> {
    if (calls.length === 0) return []
    const first = this.#nextId
    this.#nextId += calls.length
    const body = calls.map(({ method, params }, i) => ({ jsonrpc: '2.0', id: first + i, method, params }))
    const answers = JSON.parse((await this.#send(first, JSON.stringify(body))).toString()) as EngineAnswer[]
    const byId = new Map(answers.map((answer) => [answer.id, answer]))
    return calls.map((_, i) => {
      try {
        return resultOf(byId.get(first + i) ?? {})
      } catch (error) {
        return error as RpcError
      }
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #send(id: number, text: string): Promise<Buffer> {
    if (!this.#open) return Promise.reject(new EngineGoneError())
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#socket.write(text)
    })
  }

  #receive(bytes: Buffer): void {
    let start = 0
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      this.#parts.push(bytes.subarray(start, end))
      const line = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts)
      this.#parts = []
      start = end + 1
      this.#deliver(line)
    }
    if (start < bytes.length) this.#parts.push(bytes.subarray(start))
  }

  #deliver(line: Buffer): void {
    // The id stands at the front: found without parsing an answer that may be hundreds of megabytes. In a batch the
    // answers keep the order of the requests, so the first id is the one we filed the batch under.
    const id = Number(/"id":(\d+)/.exec(line.toString('latin1', 0, 64))?.[1])
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    waiting?.resolve(line)
  }

  #fail(): void {
    this.#open = false
    for (const { reject } of this.#waiting.values()) reject(new EngineGoneError())
    this.#waiting.clear()
  }
}

function resultOf(answer: {
  result?: unknown
  error?: { code: number; message: string; data?: unknown }
}): unknown {
  if (answer.error) throw new RpcError(answer.error.code, answer.error.message, answer.error.data)
  if (!('result' in answer)) throw new RpcError(RPC_CODE.internal, 'no answer from the chain engine')
  return answer.result
}
