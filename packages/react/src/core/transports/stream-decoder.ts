import { createParser, type ParseError } from 'eventsource-parser'
import type { Frame } from './decode-frame.js'

/** Far larger than any event. Limits the memory that a stream without line ends can use. */
const MAX_BUFFERED_CHARS = 1_048_576

export interface StreamDecoder {
  /** Decodes the next bytes, split at any place. Returns an error when the buffer limit is exceeded, else null. */
  feed(bytes: Uint8Array): ParseError | null
}

/**
 * Decodes an event stream (WHATWG HTML §9.2.6). A frame is reported when the blank line that ends it has
 * arrived; an incomplete one at the stream's end is dropped. `id` is the event's own: unlike in browsers,
 * an `id` in a block without data does not change the cursor, because the cursor is that of the last event.
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
  // TextDecoder has removed the byte order mark. The parser would remove a second one from its first chunk.
  parser.feed('')

  return {
    feed(bytes) {
      let text = decoder.decode(bytes, { stream: true })
      if (text === '') return overflow
      // After a CR the parser waits for a possible LF, but the line has ended already.
      if (endedInCr && text.startsWith('\n')) text = text.slice(1)
      endedInCr = text.endsWith('\r')
      parser.feed(endedInCr ? `${text}\n` : text)
      return overflow
    },
  }
}
