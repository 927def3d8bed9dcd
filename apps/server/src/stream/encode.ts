/** Every event name that a stream of ours can carry. */
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
  /** Letters, digits, `.` and `-` only. Left out: the viewer's cursor stays where it is. */
  id?: string
  /** One line of JSON text. A line end in it is carried as the specification says, and forges nothing. */
  data: string
  /** Milliseconds that an `EventSource` waits before it reconnects. */
  retry?: number
}

/**
 * One event in the wire format of WHATWG HTML §9.2.6. Pure.
 * @throws TypeError for a name outside {@link EVENT_NAMES}, and for an id or a `retry` that could end
 *   its own line: these are mistakes of ours, never something that a product's name can cause.
 */
export function encodeEvent({ event, id, data, retry }: EncodableEvent): string {
  if (!NAMES.has(event)) throw new TypeError(`Not an event of the stream: ${JSON.stringify(event)}`)
  if (id !== undefined && !ID.test(id)) throw new TypeError(`Not an event id: ${JSON.stringify(id)}`)
  const idLine = id === undefined ? '' : `id: ${id}\n`
  const retryLine = retry === undefined ? '' : retryField(retry)
  return `${retryLine}event: ${event}\n${idLine}data: ${data.replace(LINE_END, '\ndata: ')}\n\n`
}

/** A `retry` that belongs to no event, for the beginning of a stream. */
export function encodeRetry(ms: number): string {
  return `${retryField(ms)}\n`
}

/**
 * JSON text without the characters that line-wise readers stumble over: a line end can only be
 * space between its tokens, and U+2028 and U+2029 (line ends to a regular expression's `.`, as in
 * the brief's client) only stand inside strings. The value stays the same.
 */
export function jsonLine(json: string): string {
  return json.replace(TROUBLESOME, (char) =>
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
const TROUBLESOME = /[\r\n\u2028\u2029]/g
