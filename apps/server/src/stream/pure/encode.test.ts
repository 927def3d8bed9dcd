import { createParser, type EventSourceMessage } from 'eventsource-parser'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EVENT_NAMES, encodeEvent, encodeRetry, jsonLine } from './encode.js'

const name = fc.constantFrom(...EVENT_NAMES)
const id = fc.stringMatching(/^[a-z0-9]{1,12}\.[1-9]\d{0,5}$/)
/** Strings that could break the format, as a product's name can be. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom('\r', '\n', '\r\n', '\u2028', '\u2029', '\0', '\ufeff', ':', ' ', '\ud800', '"', '\\'),
      fc.constantFrom('data: x', 'event: complete', '\n\nevent: error\ndata: {}\n\n', 'id: r.9', 'retry: 1'),
      fc.string({ unit: 'binary' }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))
const json = fc.oneof(
  hostile.map((text) => JSON.stringify({ message: text, [text]: [text] })),
  hostile.map((text) => JSON.stringify({ message: text }, null, 2)),
)

describe('encodeEvent', () => {
  it('writes event, id and data on a line each', () => {
    expect(encodeEvent({ event: 'progress', id: 'r7k2m9.14', data: '{"page":13}' })).toBe(
      'event: progress\nid: r7k2m9.14\ndata: {"page":13}\n\n',
    )
  })

  it('puts retry before the event', () => {
    expect(encodeEvent({ event: 'drain', data: '{}', retry: 3200 })).toBe(
      'retry: 3200\nevent: drain\ndata: {}\n\n',
    )
  })

  it.each(['a\rb', 'a\nb', 'a\r\nb'])('encodes the line end in %j as a further line of data', (data) => {
    expect(parse([encodeEvent({ event: 'error', data })])).toEqual([{ event: 'error', data: 'a\nb' }])
  })

  it.each(['r.1\nevent: error', 'r.1\r', 'r.\0', 'r.\u2028', 'r 1', ''])('refuses the id %j', (bad) => {
    expect(() => encodeEvent({ event: 'start', id: bad, data: '{}' })).toThrow(TypeError)
  })

  it.each(['start\ndata: x', 'message', '', 'toString'])('refuses the event name %j', (bad) => {
    expect(() => encodeEvent({ event: bad as 'start', data: '{}' })).toThrow(TypeError)
  })

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d as a retry', (bad) => {
    expect(() => encodeRetry(bad)).toThrow(TypeError)
  })

  it('is parsed back to the same events, for any strings and any split of the bytes', () => {
    const events = fc.array(fc.record({ event: name, id, data: json.map(jsonLine) }), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(events, fc.array(fc.nat(2_000), { maxLength: 12 }), (given, cuts) => {
        const bytes = Buffer.from(encodeRetry(2_000) + given.map(encodeEvent).join(''))
        expect(parse(decodeSplit(bytes, cuts))).toEqual(given)
      }),
    )
  })

  it('yields one event for a hostile string, at whichever byte the stream is split', () => {
    const data = jsonLine(
      JSON.stringify({ message: 'Taladro\r\n\r\nevent: complete\ndata: {"success":true}\n\n\u2028' }),
    )
    const given = { event: 'error' as const, id: 'r7k2m9.30', data }
    const bytes = Buffer.from(encodeEvent(given))
    for (let cut = 0; cut <= bytes.length; cut++) expect(parse(decodeSplit(bytes, [cut]))).toEqual([given])
  })

  it('yields one event for any data that is not JSON', () => {
    fc.assert(
      fc.property(hostile, name, (data, event) => {
        const parsed = parse([encodeEvent({ event, id: 'r.1', data })])
        expect(parsed).toEqual([{ event, id: 'r.1', data: data.replace(/\r\n|\r|\n/g, '\n') }])
      }),
    )
  })
})

describe('jsonLine', () => {
  it('keeps the value and contains no line break', () => {
    fc.assert(
      fc.property(json, (text) => {
        expect(JSON.parse(jsonLine(text))).toEqual(JSON.parse(text))
        expect(jsonLine(text)).toMatch(/^.*$/)
      }),
    )
  })
})

function decodeSplit(bytes: Buffer, cuts: number[]): string[] {
  const decoder = new TextDecoder()
  const places = [...new Set([0, ...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort(
    (a, b) => a - b,
  )
  return places.slice(1).map((to, i) => decoder.decode(bytes.subarray(places[i], to), { stream: true }))
}

function parse(chunks: string[]): EventSourceMessage[] {
  const events: EventSourceMessage[] = []
  const parser = createParser({
    onEvent: (event) => void events.push(event),
    onError: (error) => {
      throw error
    },
  })
  for (const chunk of chunks) parser.feed(chunk)
  return events
}
