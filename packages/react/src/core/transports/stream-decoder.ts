import { createParser, type ParseError } from 'eventsource-parser'
import type { Frame } from './decode-frame.js'

/** Far above any event of ours; a stream without line ends must not fill the memory. */
const MAX_BUFFERED_CHARS = 1_048_576

export interface StreamDecoder {
  /** Takes the stream's next bytes, split wherever. Returns why nothing more can be taken, or null. */
  feed(bytes: Uint8Array): ParseError | null
}

/**
 * Bytes of an event stream to frames (WHATWG HTML §9.2.6). An event arrives with the line that ends
 * it, and one that the stream's end cuts off never. `id` is the event's own: an `id` field without
 * data moves no cursor here, for a cursor is where the last event stands.
 */
export function createStreamDecoder(onFrame: (frame: Frame) => void): StreamDecoder {
  const decoder = new TextDecoder()
  let overflow: ParseError | null = null
  let endedInCr = false
  const parser = createParser({
    maxBufferSize: MAX_BUFFERED_CHARS,
    onEvent: ({ event = 'message', id = null, data }) => onFrame({ event, id, data }),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') overflow = error
    },
  })
  // The decoder has taken the byte order mark; the parser would also take text that looks like one.
  parser.feed('')

  return {
    feed(bytes) {
      let text = decoder.decode(bytes, { stream: true })
      if (text === '') return overflow
      // The parser waits after a CR for a possible LF. The line has ended all the same.
      if (endedInCr && text.startsWith('\n')) text = text.slice(1)
      endedInCr = text.endsWith('\r')
      parser.feed(endedInCr ? `${text}\n` : text)
      return overflow
    },
  }
}
