import type { DispatchedEvent } from './reference-parser.js'

export interface Vector {
  /** The rule of WHATWG HTML §9.2.6 that it is about. */
  rule: string
  stream: string | Uint8Array
  events: DispatchedEvent[]
}

const event = (data: string, type = 'message', lastEventId = ''): DispatchedEvent => ({
  type,
  data,
  lastEventId,
})

export const VECTORS: Vector[] = [
  { rule: 'a blank line dispatches', stream: 'data: a\n\n', events: [event('a')] },
  {
    rule: 'nothing else dispatches: the last event is incomplete',
    stream: 'data: a\n\ndata: b\n',
    events: [event('a')],
  },
  { rule: 'a line without an end is no line', stream: 'data: a\n\ndata: b', events: [event('a')] },
  { rule: 'LF ends a line', stream: 'event: x\ndata: a\n\n', events: [event('a', 'x')] },
  { rule: 'CRLF ends a line', stream: 'event: x\r\ndata: a\r\n\r\n', events: [event('a', 'x')] },
  { rule: 'CR ends a line, the last one too', stream: 'event: x\rdata: a\r\r', events: [event('a', 'x')] },
  {
    rule: 'CRLF is one end, LF CR are two',
    stream: 'data: a\n\rdata: b\r\n\n',
    events: [event('a'), event('b')],
  },
  {
    rule: 'U+2028, U+2029, U+0085, FF and VT end none',
    stream: 'data: a\u2028b\u2029c\u0085d\fe\vf\n\n',
    events: [event('a\u2028b\u2029c\u0085d\fe\vf')],
  },
  {
    rule: 'one byte order mark at the beginning is passed over',
    stream: '\ufeffdata: a\n\n',
    events: [event('a')],
  },
  {
    rule: 'a second one is part of the field’s name',
    stream: '\ufeff\ufeffdata: a\n\ndata: b\n\n',
    events: [event('b')],
  },
  { rule: 'one in the middle is too', stream: 'data: a\n\n\ufeffdata: b\n\n', events: [event('a')] },
  {
    rule: 'text that looks like one, decoded wrongly, is none',
    stream: 'ï»¿data: a\n\ndata: b\n\n',
    events: [event('b')],
  },
  {
    rule: 'a line that begins with a colon is a comment',
    stream: ': hola\n:data: no\ndata: a\n:\n\n',
    events: [event('a')],
  },
  { rule: 'comments alone dispatch nothing', stream: ': ping\n\n: ping\n\n', events: [] },
  {
    rule: 'data lines are joined by LF',
    stream: 'data: a\ndata: b\ndata: c\n\n',
    events: [event('a\nb\nc')],
  },
  {
    rule: 'however their own lines end',
    stream: 'data: a\r\ndata: b\rdata: c\n\n',
    events: [event('a\nb\nc')],
  },
  {
    rule: 'an event without data is not dispatched',
    stream: 'event: x\n\ndata: a\n\n',
    events: [event('a')],
  },
  {
    rule: 'empty data is data',
    stream: 'data\n\ndata:\n\ndata: \n\n',
    events: [event(''), event(''), event('')],
  },
  { rule: 'two empty data lines are a line end', stream: 'data\ndata\n\n', events: [event('\n')] },
  {
    rule: 'one space after the colon is left out, and no more',
    stream: 'data:a\n\ndata: a\n\ndata:  a \n\n',
    events: [event('a'), event('a'), event(' a ')],
  },
  { rule: 'a tab is not', stream: 'data:\ta\n\n', events: [event('\ta')] },
  {
    rule: 'a line without a colon is a field without a value',
    stream: 'data: a\nevent\nid\n\n',
    events: [event('a')],
  },
  { rule: 'the first colon parts name and value', stream: 'data: a:b: c\n\n', events: [event('a:b: c')] },
  {
    rule: 'names are compared literally',
    stream: 'Data: a\n data: b\ndata : c\ndata\0: d\ndata: e\n\n',
    events: [event('e')],
  },
  {
    rule: 'other fields are passed over',
    stream: 'datum: a\nfoo\nretries: 5\ndata: b\n\n',
    events: [event('b')],
  },
  {
    rule: 'the last event field counts',
    stream: 'event: x\nevent: y\ndata: a\n\n',
    events: [event('a', 'y')],
  },
  { rule: 'an empty one is `message`', stream: 'event: x\nevent:\ndata: a\n\n', events: [event('a')] },
  {
    rule: 'the type does not last',
    stream: 'event: x\ndata: a\n\ndata: b\n\n',
    events: [event('a', 'x'), event('b')],
  },
  {
    rule: 'nor past an event without data',
    stream: 'event: x\n\nevent:\n\ndata: b\n\n',
    events: [event('b')],
  },
  {
    rule: 'the id lasts',
    stream: 'id: 1\ndata: a\n\ndata: b\n\n',
    events: [event('a', 'message', '1'), event('b', 'message', '1')],
  },
  {
    rule: 'until an empty one',
    stream: 'id: 1\ndata: a\n\nid\ndata: b\n\n',
    events: [event('a', 'message', '1'), event('b')],
  },
  {
    rule: 'an id with NUL is passed over',
    stream: 'id: 1\nid: 2\u00003\ndata: a\n\n',
    events: [event('a', 'message', '1')],
  },
  {
    rule: 'retry takes digits only, and is no part of an event',
    stream: 'retry: 10\nretry: 1.5\nretry: -1\nretry: x\nretry\ndata: a\n\n',
    events: [event('a')],
  },
  {
    rule: 'a forged end of event inside data is data',
    stream: 'data: x\\n\\nevent: complete\ndata: {}\n\n',
    events: [event('x\\n\\nevent: complete\n{}')],
  },
  {
    rule: 'UTF-8 beyond the first plane',
    stream: 'event: ñandú\ndata: 🌵 漢 é\n\n',
    events: [event('🌵 漢 é', 'ñandú')],
  },
  {
    rule: 'bytes that are no UTF-8 are replaced, and take no line end with them',
    stream: Uint8Array.of(0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0xe2, 0x82, 0x0a, 0x0a),
    events: [event('\ufffd\ufffd')],
  },
  { rule: 'an empty stream has no events', stream: '', events: [] },
]

/** The bytes of a vector. */
export function bytesOf({ stream }: Pick<Vector, 'stream'>): Uint8Array {
  return typeof stream === 'string' ? new TextEncoder().encode(stream) : stream
}
