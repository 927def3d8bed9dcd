import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { createGzip } from 'node:zlib'
import type { Reply } from '../http/reply.js'
import type { FaultTable, WireFault } from './fault.js'

/** What a fault in transmission has in hand. */
export interface WireContext {
  response: ServerResponse
  reply: Reply
  /** Aborts when the client has gone or the simulator closes. */
  gone: AbortSignal
  /** Sends a reply as it should be. */
  send(reply: Reply): void
}

type Transmit = (fault: never, context: WireContext) => Promise<void> | void

const MEGABYTE = 1024 * 1024
const NAME_V2 = '"producto":"'
const NAME_SIMPLE = '"nombre":"'
const NOT_UTF8 = Buffer.from([0xff, 0xfe, 0xc3])
const FILLER = Buffer.alloc(MEGABYTE, 'x')

/** Faults of transmission. To add one: a member of the union and an entry here. */
export const WIRE_FAULTS: FaultTable<WireFault, Transmit> = {
  hang: {
    about: 'nothing, not even headers, for `ms` milliseconds (0: for ever)',
    defaults: { ms: 0 },
    act: async ({ ms }, { reply, gone, send }) => {
      if (ms === 0) await until(gone)
      else await rest(ms, gone)
      if (!gone.aborted) send(reply)
    },
  },
  reset: {
    about: 'the connection is reset before headers',
    defaults: {},
    act: (_fault, { response }) => {
      response.socket?.resetAndDestroy()
    },
  },
  'slow-drip': {
    about: 'the body comes `bytes` bytes every `everyMs` milliseconds',
    defaults: { bytes: 64, everyMs: 100 },
    act: async ({ bytes, everyMs }, { response, reply, gone }) => {
      const { body } = reply
      response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length })
      for (let at = 0; at < body.length && !gone.aborted; at += bytes) {
        response.write(body.subarray(at, at + bytes))
        await rest(everyMs, gone)
      }
      response.end()
    },
  },
  'cut-body': {
    about: 'the connection breaks after `share` of the announced body',
    defaults: { share: 0.5 },
    act: async ({ share }, { response, reply }) => {
      const { body } = reply
      response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length })
      // The client must have got the part before the connection breaks.
      await new Promise((sent) => response.write(body.subarray(0, Math.floor(body.length * share)), sent))
      response.destroy()
    },
  },
  'truncated-json': {
    about: 'a whole answer whose JSON stops after `share` of it',
    defaults: { share: 0.5 },
    act: ({ share }, { reply, send }) =>
      send({ ...reply, body: reply.body.subarray(0, Math.floor(reply.body.length * share)) }),
  },
  'wrong-content-type': {
    about: 'the true body under another content type',
    defaults: { contentType: 'text/plain' },
    act: ({ contentType }, { reply, send }) =>
      send({ ...reply, headers: { ...reply.headers, 'content-type': contentType } }),
  },
  'invalid-utf8': {
    about: 'the first name holds bytes that are not UTF-8',
    defaults: {},
    act: (_fault, { response, reply }) => {
      const { body } = reply
      const name = Math.max(body.indexOf(NAME_V2), body.indexOf(NAME_SIMPLE))
      const at = name < 0 ? 0 : body.indexOf(':"', name) + 2
      const spoiled = Buffer.concat([body.subarray(0, at), NOT_UTF8, body.subarray(at)])
      response.writeHead(reply.status, { ...reply.headers, 'content-length': spoiled.length })
      response.end(spoiled)
    },
  },
  'huge-page': {
    about: 'the true answer with a field of `megabytes` MB in front, streamed',
    defaults: { megabytes: 200 },
    act: async ({ megabytes }, { response, reply, gone }) => {
      response.writeHead(reply.status, reply.headers)
      await pour(response, padded(reply.body, megabytes), gone)
    },
  },
  'gzip-bomb': {
    about: 'the same, compressed a thousandfold',
    defaults: { megabytes: 200 },
    act: async ({ megabytes }, { response, reply, gone }) => {
      response.writeHead(reply.status, { ...reply.headers, 'content-encoding': 'gzip' })
      const gzip = createGzip()
      gone.addEventListener('abort', () => gzip.destroy(), { once: true })
      gzip.pipe(response)
      await pour(gzip, padded(reply.body, megabytes), gone)
    },
  },
}

/** The JSON object of a body with a long text as its first field, piece by piece. */
function* padded(body: Buffer, megabytes: number): Generator<string | Buffer> {
  yield '{"relleno":"'
  for (let i = 0; i < megabytes; i++) yield FILLER
  yield '",'
  yield body.subarray(1)
}

/** Writes pieces no faster than they are taken, and ends. */
async function pour(
  sink: NodeJS.WritableStream,
  pieces: Iterable<string | Buffer>,
  gone: AbortSignal,
): Promise<void> {
  for (const piece of pieces) {
    if (gone.aborted) return
    if (!sink.write(piece)) await once(sink, 'drain', { signal: gone }).catch(() => undefined)
  }
  sink.end()
}

async function rest(ms: number, gone: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal: gone }).catch(() => undefined)
}

async function until(gone: AbortSignal): Promise<void> {
  if (!gone.aborted) await once(gone, 'abort')
}
