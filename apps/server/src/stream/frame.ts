import { type ChangesData, formatCursor } from '@espejo/contract'
import type { StoredEvent } from '../runs/event-log.js'
import { encodeEvent, encodeRetry, jsonLine } from './pure/encode.js'

/** One encoded event, shared by all viewers that it is sent to. */
export interface Frame {
  readonly bytes: Buffer
  /** The same memory as one chunk of HTTP/1.1 `Transfer-Encoding: chunked`. */
  readonly chunk: Buffer
  /** Position in the run's log; 0 for events of the connection. */
  readonly seq: number
  /** `latest`: a newer frame replaces it as long as it is not written. `lossless`: it is always written. */
  readonly delivery: 'latest' | 'lossless'
  /** Whether the stream ends after it. */
  readonly isLast: boolean
}

/** The frame of an event of the log. */
export function eventFrame(runId: string, { seq, event, data }: StoredEvent): Frame {
  const text = encodeEvent({ event, id: formatCursor(runId, seq), data: jsonLine(data) })
  return {
    ...encoded(text),
    seq,
    delivery: event === 'progress' ? 'latest' : 'lossless',
    isLast: event === 'complete' || event === 'error',
  }
}

/** The first frame of a stream: the reconnection delay of an `EventSource`, in the block of the first event. */
export function retryFrame(retryMs: number): Frame {
  return { ...encoded(encodeRetry(retryMs)), seq: 0, delivery: 'lossless', isLast: false }
}

/** The keep-alive: an event, because an `EventSource` does not report comments. */
export function pingFrame(at: Date): Frame {
  return connectionFrame('ping', { timestamp: at.toISOString() })
}

/** The viewer's cursor is unknown; the state of the run follows. */
export const RESET_FRAME: Frame = connectionFrame('reset', { reason: 'unknown_cursor' })

/** The server closes this stream; the viewer is to reconnect after `retryMs`. */
export function drainFrame(retryMs: number): Frame {
  return { ...connectionFrame('drain', { retryMs }, retryMs), isLast: true }
}

/** Which products have changed. {@link RELOAD_FRAME} replaces these for a viewer with too many unwritten ones. */
export function changesFrame(data: ChangesData): Frame {
  return connectionFrame('changes', data)
}

/** Too many products have changed to be listed: the viewer is to reload what it shows. */
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
