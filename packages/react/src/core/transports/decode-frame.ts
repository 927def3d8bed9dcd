import { type ChangedProduct, type ChangesData, parseCursor, type StreamEvent } from '@espejo/contract'

/** One event of the stream, not decoded yet. */
export interface Frame {
  event: string
  id: string | null
  data: string
}

/**
 * `unknown`: an event name that this version does not handle (newer servers may add some).
 * `malformed`: a known event that cannot be decoded. The watcher then reconnects instead of showing a
 * wrong state.
 */
export type DecodedFrame =
  | { type: 'event'; event: StreamEvent }
  | { type: 'unknown' }
  | { type: 'malformed'; cause: unknown }

const RUN_EVENTS = new Set(['start', 'progress', 'complete', 'error'])
const CONNECTION_EVENTS = new Set(['ping', 'reset', 'drain'])

/** Decodes a frame to an event of the contract. Pure; never throws. */
export function decodeFrame(frame: Frame): DecodedFrame {
  const isRunEvent = RUN_EVENTS.has(frame.event)
  if (!isRunEvent && !CONNECTION_EVENTS.has(frame.event)) return { type: 'unknown' }
  // Without its cursor the same event could be applied twice.
  if (isRunEvent && !parseCursor(frame.id ?? '')) return { type: 'malformed', cause: 'no cursor' }
  try {
    const data: unknown = JSON.parse(frame.data)
    if (typeof data !== 'object' || data === null || Array.isArray(data)) {
      return { type: 'malformed', cause: 'data is not an object' }
    }
    const id = isRunEvent ? { id: frame.id } : {}
    // The server shares the contract's types, so the fields are not validated one by one.
    return { type: 'event', event: { event: frame.event, data, ...id } as StreamEvent }
  } catch (cause) {
    return { type: 'malformed', cause }
  }
}

/** The products of a `changes` event; null (reload the list) also when it cannot be decoded. */
export function readChanges(data: string): ChangedProduct[] | null {
  try {
    const { products } = JSON.parse(data) as ChangesData
    return Array.isArray(products) ? products : null
  } catch {
    return null
  }
}
