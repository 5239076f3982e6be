/** One server-sent event. */
export interface ServerEvent {
  event: string
  data: string
  /** Of this event or the latest before it that had one; empty before the first. */
  id: string
}

/** An event longer than this is not one of a gateway's. */
const charactersMax = 1024 * 1024

/**
 * Reads events out of text that comes in pieces, wherever it was cut.
 *
 * @returns a function of the next piece, which yields the events that it completes.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function eventParser(): (piece: string) => Generator<ServerEvent> {
  let rest = ''
  let id = ''
  let event = ''
  let data: string[] = []
  let dataCharacters = 0
  return function* (piece) {
    rest += piece
    if (rest.length + dataCharacters > charactersMax) throw new Error('an event is too long')
    // A carriage return at the very end may be half of a line's end.
    const isHalf = rest.endsWith('\r')
    const lines = (isHalf ? rest.slice(0, -1) : rest).split(/\r\n|\n|\r/)
    rest = lines.pop()! + (isHalf ? '\r' : '')
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { event: event || 'message', data: data.join('\n'), id }
        event = ''
        data = []
        dataCharacters = 0
        continue
      }
      const colon = line.indexOf(':')
      const field = colon < 0 ? line : line.slice(0, colon)
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
      if (field === 'event') event = value
      else if (field === 'data') {
        data.push(value)
        dataCharacters += value.length
      }
      if (field === 'id' && !value.includes('\0')) id = value
    }
  }
}
