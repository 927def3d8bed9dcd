import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { createGzip } from 'node:zlib'
import type { Reply } from '../http/reply.js'
import type { FaultTable, TransmissionFault } from './fault.js'

/** The input of a fault in transmission. */
export interface TransmissionContext {
  response: ServerResponse
  reply: Reply
  /** Aborted when the client has disconnected or the simulator closes. */
  gone: AbortSignal
  /** Sends a reply without damage. */
  send(reply: Reply): void
}

type Transmit = (fault: never, context: TransmissionContext) => Promise<void> | void

const MEGABYTE = 1024 * 1024
const NAME_V2 = '"producto":"'
const NAME_SIMPLE = '"nombre":"'
const NOT_UTF8 = Buffer.from([0xff, 0xfe, 0xc3])
const FILLER = Buffer.alloc(MEGABYTE, 'x')

/** Faults of transmission. To add one: a member of the union and an entry here. */
export const TRANSMISSION_FAULTS: FaultTable<TransmissionFault, Transmit> = {
  hang: {
    about: 'nothing, not even headers, for `ms` milliseconds (0: without end)',
    defaults: { ms: 0 },
    act: async ({ ms }, { reply, gone, send }) => {
      if (ms === 0) await untilAborted(gone)
      else await sleep(ms, gone)
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
    about: '`bytes` bytes of the body every `everyMs` milliseconds',
    defaults: { bytes: 64, everyMs: 100 },
    act: async ({ bytes, everyMs }, { response, reply, gone }) => {
      const { body } = reply
      response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length })
      for (let at = 0; at < body.length && !gone.aborted; at += bytes) {
        response.write(body.subarray(at, at + bytes))
        await sleep(everyMs, gone)
      }
      response.end()
    },
  },
  'cut-body': {
    about: 'the connection is cut after `share` of the body',
    defaults: { share: 0.5 },
    act: async ({ share }, { response, reply }) => {
      const { body } = reply
      response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length })
      // Cut the connection only after this part is written.
      await new Promise((sent) => response.write(body.subarray(0, Math.floor(body.length * share)), sent))
      response.destroy()
    },
  },
  'truncated-json': {
    about: 'a complete response whose JSON ends after `share` of it',
    defaults: { share: 0.5 },
    act: ({ share }, { reply, send }) =>
      send({ ...reply, body: reply.body.subarray(0, Math.floor(reply.body.length * share)) }),
  },
  'wrong-content-type': {
    about: 'the correct body with another content type',
    defaults: { contentType: 'text/plain' },
    act: ({ contentType }, { reply, send }) =>
      send({ ...reply, headers: { ...reply.headers, 'content-type': contentType } }),
  },
  'invalid-utf8': {
    about: 'the first name contains bytes that are not UTF-8',
    defaults: {},
    act: (_fault, { response, reply }) => {
      const { body } = reply
      const name = Math.max(body.indexOf(NAME_V2), body.indexOf(NAME_SIMPLE))
      const at = name < 0 ? 0 : body.indexOf(':"', name) + 2
      const damaged = Buffer.concat([body.subarray(0, at), NOT_UTF8, body.subarray(at)])
      response.writeHead(reply.status, { ...reply.headers, 'content-length': damaged.length })
      response.end(damaged)
    },
  },
  'huge-page': {
    about: 'the correct response with an additional first field of `megabytes` MB, streamed',
    defaults: { megabytes: 200 },
    act: async ({ megabytes }, { response, reply, gone }) => {
      response.writeHead(reply.status, reply.headers)
      await writeAll(response, padded(reply.body, megabytes), gone)
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
      await writeAll(gzip, padded(reply.body, megabytes), gone)
    },
  },
}

/** The JSON object of a body with an additional long first field, in chunks. */
function* padded(body: Buffer, megabytes: number): Generator<string | Buffer> {
  yield '{"relleno":"'
  for (let i = 0; i < megabytes; i++) yield FILLER
  yield '",'
  yield body.subarray(1)
}

/** Writes the chunks with backpressure, and ends. */
async function writeAll(
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

async function sleep(ms: number, gone: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal: gone }).catch(() => undefined)
}

async function untilAborted(gone: AbortSignal): Promise<void> {
  if (!gone.aborted) await once(gone, 'abort')
}
