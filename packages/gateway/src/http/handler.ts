import type { Readable } from 'node:stream'
import type { Route, RouteName, RouteOutput, RouteRequest, Routes } from '@hre/protocol'
import type { FilePart } from '../blobs/blobStore.ts'
import type { Gateway } from '../gateway.ts'
import type { StreamEvent } from '../notifications/streams.ts'
import type { Caller } from '../session/sessions.ts'

/** A body of bytes arrives as a stream; everything else parsed. */
type Received<R extends Route> = R extends { body: 'bytes' }
  ? Omit<RouteRequest<R>, 'body'> & { body: Readable }
  : RouteRequest<R>

/** An answer of bytes may be a stream; one of events goes on. */
type Answer<R extends Route> = R['response'] extends 'bytes'
  ? Uint8Array | FilePart
  : R['response'] extends 'events'
    ? AsyncIterable<StreamEvent>
    : RouteOutput<R>

/** The caller's account and session are there where the route asks for a session. */
type CallerOf<R extends Route> = R['auth'] extends 'none' ? object : Caller

/** What every handler is told beside what its route says. */
export interface Circumstances {
  /** Where the request comes from: for limits alone. */
  address: string
  ifMatch: string | undefined
  /** Size of the body, as the sender says, who cannot send more. */
  announcedBytes: number | undefined
  /** First byte that the caller wants of an answer of bytes; 0: all of it. */
  from: number
  /** The `Last-Event-ID` of whoever comes back to a stream. */
  lastEventId: number | undefined
  /** Aborted when nobody reads a stream's answer any more. */
  gone: AbortSignal
}

export type Handler<Name extends RouteName> = (
  gateway: Gateway,
  request: Received<Routes[Name]> & CallerOf<Routes[Name]> & Circumstances,
) => Promise<Answer<Routes[Name]>>

/** One handler for each of the routes named. */
export type Handlers<Names extends RouteName> = { [Name in Names]: Handler<Name> }
