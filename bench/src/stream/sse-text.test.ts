import { expect, test } from 'vitest'
import { progressJson, readEvents, type SeenEvent } from './sse-text.js'

const HEAD = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nd\r\nretry: 2000\n\n\r\n'
const PROGRESS = '61\r\nevent: progress\nid: r7k2m9.14\ndata: {"at":12.5,"page":13}\n\n\r\n'
const PING = '2f\r\nevent: ping\ndata: {"timestamp":"now"}\n\n\r\n'

function read(...pieces: string[]): SeenEvent[] {
  const events: SeenEvent[] = []
  let rest = ''
  for (const piece of pieces) rest = readEvents(rest + piece, (event) => events.push(event))
  expect(rest).toBe('')
  return events
}

test('finds events between the head and the chunks of HTTP', () => {
  expect(read(HEAD + PROGRESS, PING)).toEqual([
    { name: 'progress', seq: 14, at: 12.5 },
    { name: 'ping', seq: 0, at: Number.NaN },
  ])
})

test('finds the same events wherever the pieces are cut', () => {
  const text = HEAD + PROGRESS + PING
  for (let cut = 0; cut <= text.length; cut++) {
    expect(read(text.slice(0, cut), text.slice(cut))).toEqual(read(text))
  }
})

test('reads fields without the space, and in another order', () => {
  expect(read('event:progress\ndata:{"at":3}\nid:r1.2\n\n')).toEqual([{ name: 'progress', seq: 2, at: 3 }])
})

test('a progress is JSON with its moment in front, as long as it is asked to be', () => {
  const data = JSON.parse(progressJson(3, 'x'.repeat(10)))
  expect(Object.keys(data)[0]).toBe('at')
  expect(data).toMatchObject({ page: 3, seen: 600, padding: 'xxxxxxxxxx' })
  expect(JSON.parse(progressJson(3))).not.toHaveProperty('padding')
})
