import { type ChangedProduct, type ChangesData, parseCursor, type StreamEvent } from '@espejo/contract'

/** One event of a stream as the transport read it. */
export interface Frame {
  event: string
  id: string | null
  data: string
}

/**
 * `unknown` is an event this version has no use for (the vocabulary may grow). `malformed` is one
 * it should understand and cannot: going on would show something false.
 */
export type DecodedFrame =
  | { type: 'event'; event: StreamEvent }
  | { type: 'unknown' }
  | { type: 'malformed'; cause: unknown }

const RUN_EVENTS = new Set(['start', 'progress', 'complete', 'error'])
const CONNECTION_EVENTS = new Set(['ping', 'reset', 'drain'])

/** A frame to an event of the contract. Pure; never throws. */
export function decodeFrame(frame: Frame): DecodedFrame {
  const ofRun = RUN_EVENTS.has(frame.event)
  if (!ofRun && !CONNECTION_EVENTS.has(frame.event)) return { type: 'unknown' }
  // Without its place in the log an event could be folded twice.
  if (ofRun && !parseCursor(frame.id ?? '')) return { type: 'malformed', cause: 'no cursor' }
  try {
    const data: unknown = JSON.parse(frame.data)
    if (typeof data !== 'object' || data === null || Array.isArray(data)) {
      return { type: 'malformed', cause: 'data is no object' }
    }
    const id = ofRun ? { id: frame.id } : {}
    // The server is typed by the same contract; fields are not checked one by one again here.
    return { type: 'event', event: { event: frame.event, data, ...id } as StreamEvent }
  } catch (cause) {
    return { type: 'malformed', cause }
  }
}

/** The products of a `changes` event; null, which is to read all anew, also for one that cannot be read. */
export function readChanges(data: string): ChangedProduct[] | null {
  try {
    const { products } = JSON.parse(data) as ChangesData
    return Array.isArray(products) ? products : null
  } catch {
    return null
  }
}
