import fc from 'fast-check'

export interface ByteStream {
  bytes: Uint8Array
  /** The same bytes, in the chunks in which they are sent. */
  chunks: Uint8Array[]
}

/** Event types that the generated streams use most. */
const TYPES = [
  'start',
  'progress',
  'complete',
  'error',
  'ping',
  'open',
  'message',
  'x',
  'ñ',
  'data',
  'toString',
]

const value = fc.oneof(
  fc.constantFrom(
    ...TYPES,
    '',
    ' ',
    '  x',
    'r7k2m9.14',
    '{"page":13}',
    '1000',
    '-1',
    'a:b',
    '\0',
    '\u2028',
    '🌵',
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
)
const line = fc.oneof(
  { weight: 6, arbitrary: value.map((text) => `data: ${text}`) },
  { weight: 3, arbitrary: fc.constantFrom(...TYPES).map((type) => `event: ${type}`) },
  { weight: 2, arbitrary: value.map((text) => `id: ${text}`) },
  { weight: 1, arbitrary: value.map((text) => `retry:${text}`) },
  { weight: 1, arbitrary: value.map((text) => `:${text}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'data',
      'event',
      'id',
      'retry',
      'data:',
      'data:x',
      'id:',
      'Data: x',
      ' data: x',
      'datax',
    ),
  },
  { weight: 1, arbitrary: value },
)
const end = fc.constantFrom('\n', '\n', '\n\n', '\n\n', '\r\n', '\r\n\r\n', '\r', '\r\r', '\n\r', '')
const utf8 = fc
  .tuple(fc.constantFrom('', '', '', '\ufeff', 'ï»¿'), fc.array(fc.tuple(line, end), { maxLength: 14 }))
  .map(([mark, lines]) => new TextEncoder().encode(mark + lines.flat().join('')))

/** Mostly well-formed; in one of four streams up to three bytes are replaced. */
const bytes = fc
  .tuple(utf8, fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 0, max: 255 })), { maxLength: 3 }), fc.nat(3))
  .map(([clean, faults, dice]) => {
    const dirty = Uint8Array.from(clean)
    if (dice === 0) for (const [at, byte] of faults) if (at < dirty.length) dirty[at] = byte
    return dirty
  })

/** Byte streams: valid, unusual and malformed, split at random places. */
export const byteStreams: fc.Arbitrary<ByteStream> = fc
  .tuple(bytes, fc.array(fc.nat(300), { maxLength: 5 }))
  .map(([all, cuts]) => ({ bytes: all, chunks: split(all, cuts) }))

function split(all: Uint8Array, cuts: number[]): Uint8Array[] {
  const places = [0, ...cuts.filter((cut) => cut < all.length).sort((a, b) => a - b), all.length]
  return places.slice(1).map((to, i) => all.subarray(places[i], to))
}
