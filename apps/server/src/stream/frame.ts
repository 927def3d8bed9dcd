import { type ChangesData, formatCursor } from '@espejo/contract'
import type { StoredEvent } from '../runs/event-log.js'
import { encodeEvent, encodeRetry, jsonLine } from './encode.js'

/** One encoded event. Made once, and shared by every viewer that is sent it. */
export interface Frame {
  readonly bytes: Buffer
  /** The same memory between a chunk's length and its end, as HTTP/1.1 frames a body of unknown length. */
  readonly chunk: Buffer
  /** Position in the run's log; 0 for events of the connection. */
  readonly seq: number
  /** `latest`: a newer one takes its place as long as it has not been written. */
  readonly delivery: 'latest' | 'lossless'
  /** Whether the stream closes after it. */
  readonly isLast: boolean
}

/** A logged event as viewers get it. */
export function eventFrame(runId: string, { seq, event, data }: StoredEvent): Frame {
  const text = encodeEvent({ event, id: formatCursor(runId, seq), data: jsonLine(data) })
  return {
    ...encoded(text),
    seq,
    delivery: event === 'progress' ? 'latest' : 'lossless',
    isLast: event === 'complete' || event === 'error',
  }
}

/** The beginning of a stream: how long an `EventSource` waits before it reconnects. */
export function retryFrame(retryMs: number): Frame {
  return { ...encoded(encodeRetry(retryMs)), seq: 0, delivery: 'lossless', isLast: false }
}

/** The sign of life that an `EventSource` can see, which a comment is not. */
export function pingFrame(at: Date): Frame {
  return connectionFrame('ping', { timestamp: at.toISOString() })
}

/** The viewer's cursor says nothing here; the run's state follows. */
export const RESET_FRAME: Frame = connectionFrame('reset', { reason: 'unknown_cursor' })

/** The server closes this stream; come back in `retryMs`. */
export function drainFrame(retryMs: number): Frame {
  return { ...connectionFrame('drain', { retryMs }, retryMs), isLast: true }
}

/** Which products have changed. For a viewer that too many of these wait for, {@link RELOAD_FRAME} takes their place. */
export function changesFrame(data: ChangesData): Frame {
  return connectionFrame('changes', data)
}

/** Too much has changed to be named. */
export const RELOAD_FRAME: Frame = changesFrame({ products: null })

function connectionFrame(event: 'ping' | 'reset' | 'drain' | 'changes', data: object, retry?: number): Frame {
  const text = encodeEvent({ event, data: JSON.stringify(data), ...(retry === undefined ? {} : { retry }) })
  return { ...encoded(text), seq: 0, delivery: 'lossless', isLast: false }
}

function encoded(text: string): Pick<Frame, 'bytes' | 'chunk'> {
  const length = Buffer.byteLength(text)
  const head = `${length.toString(16)}\r\n`
  const chunk = Buffer.from(`${head}${text}\r\n`)
  return { chunk, bytes: chunk.subarray(head.length, head.length + length) }
}
