/** The names of all events that a stream can carry. */
export const EVENT_NAMES = [
  'start',
  'progress',
  'complete',
  'error',
  'ping',
  'reset',
  'drain',
  'changes',
] as const
type EventName = (typeof EVENT_NAMES)[number]

export interface EncodableEvent {
  event: EventName
  /** Letters, digits, `.` and `-` only. Left out: the client keeps its last event id. */
  id?: string
  /** JSON text. It should be one line; a line end in it becomes a further `data` line. */
  data: string
  /** Reconnection delay of an `EventSource`, in milliseconds. */
  retry?: number
}

/**
 * Encodes one event in the wire format of WHATWG HTML §9.2.6.
 * @throws TypeError for a name that is not in {@link EVENT_NAMES}, and for an invalid id or `retry`. None
 *   of these comes from catalogue data, so this is a programming error.
 */
export function encodeEvent({ event, id, data, retry }: EncodableEvent): string {
  if (!NAMES.has(event)) throw new TypeError(`Not an event of the stream: ${JSON.stringify(event)}`)
  if (id !== undefined && !ID.test(id)) throw new TypeError(`Not an event id: ${JSON.stringify(id)}`)
  const idLine = id === undefined ? '' : `id: ${id}\n`
  const retryLine = retry === undefined ? '' : retryField(retry)
  return `${retryLine}event: ${event}\n${idLine}data: ${data.replace(LINE_END, '\ndata: ')}\n\n`
}

/**
 * Encodes the `retry` at the beginning of a stream, as the first line of the block of the event that follows it.
 * It is no block of its own, because clients such as `@microsoft/fetch-event-source` report a block without data
 * as a message with empty data.
 */
export function encodeRetry(ms: number): string {
  return retryField(ms)
}

/**
 * Rewrites JSON text as one line, without changing its value. CR and LF can only be white space between
 * tokens. U+2028 and U+2029 can only be inside strings; they are escaped because the `.` of a regular
 * expression, as in a client of the v0 contract, does not match them.
 */
export function jsonLine(json: string): string {
  return json.replace(LINE_BREAKS, (char) =>
    char === '\u2028' ? '\\u2028' : char === '\u2029' ? '\\u2029' : ' ',
  )
}

function retryField(ms: number): string {
  if (!Number.isSafeInteger(ms) || ms < 0) throw new TypeError(`Not a number of milliseconds: ${ms}`)
  return `retry: ${ms}\n`
}

const NAMES: ReadonlySet<string> = new Set(EVENT_NAMES)
const ID = /^[A-Za-z0-9.-]+$/
const LINE_END = /\r\n|\r|\n/g
const LINE_BREAKS = /[\r\n\u2028\u2029]/g
