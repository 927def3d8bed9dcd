import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteStreams } from '../../../test/byte-streams.js'
import { type DispatchedEvent, parseBySpecification } from '../../../test/reference-parser.js'
import { bytesOf, VECTORS } from '../../../test/sse-vectors.js'
import { createStreamDecoder } from './stream-decoder.js'

/** The events that an EventSource would dispatch for the decoder's frames. */
function decode(chunks: Uint8Array[]): DispatchedEvent[] {
  const events: DispatchedEvent[] = []
  const decoder = createStreamDecoder(({ event, id, data }) => {
    events.push({ type: event, data, lastEventId: id ?? events.at(-1)?.lastEventId ?? '' })
  })
  for (const chunk of chunks) decoder.feed(chunk)
  return events
}

describe('the specification, under every split of the bytes', () => {
  it.each(VECTORS)('$rule', (vector) => {
    const bytes = bytesOf(vector)
    expect(parseBySpecification(bytes)).toEqual(vector.events)
    expect(decode([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(vector.events)
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        const chunks = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)]
        expect(decode(chunks), `split at ${first} and ${second}`).toEqual(vector.events)
      }
    }
  })

  it('random streams are decoded as the reference parser does', () => {
    fc.assert(
      fc.property(byteStreams, ({ bytes, chunks }) => {
        expect(decode(chunks)).toEqual(parseBySpecification(bytes, 'id needs data'))
      }),
      { numRuns: 500, seed: 20_261_124 },
    )
  })

  it('an event is reported at the line end that completes it, even if that is a single CR', () => {
    const seen: string[] = []
    const decoder = createStreamDecoder(({ data }) => seen.push(data))
    decoder.feed(new TextEncoder().encode('data: a\r\r'))
    expect(seen).toEqual(['a'])
    decoder.feed(new TextEncoder().encode('\ndata: b\r\n\r'))
    expect(seen).toEqual(['a', 'b'])
  })

  it('a stream without line ends is refused at the buffer limit', () => {
    const decoder = createStreamDecoder(() => {})
    const chunk = new Uint8Array(600_000).fill(120)
    expect(decoder.feed(chunk)).toBeNull()
    expect(decoder.feed(chunk)).toMatchObject({ type: 'max-buffer-size-exceeded' })
  })
})
