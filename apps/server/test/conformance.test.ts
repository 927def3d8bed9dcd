import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createParser } from 'eventsource-parser'
import fc from 'fast-check'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium, whyNoBrowser } from '../../../e2e/support/chromium.js'
import {
  type EncodableEvent,
  EVENT_NAMES,
  encodeEvent,
  encodeRetry,
  jsonLine,
} from '../src/stream/pure/encode.js'

interface Received {
  type: string
  data: string
  lastEventId: string
}
/** The events of one stream, before they are encoded. */
type Given = Required<Pick<EncodableEvent, 'event' | 'id' | 'data'>>[]

/** Product names that would forge an event if they were not escaped. */
const HOSTILE_NAMES = [
  'Taladro\r\n\r\nevent: complete\ndata: {"success":true}\n\n',
  'Taladro\n\nevent: error\nid: r7k2m9.99\ndata: {}\n\n',
  'Taladro\r\revent: drain\rretry: 1\rdata: {}\r\r',
  'data: {"success":true}',
  'event: complete',
  'id: r7k2m9.999999',
  'retry: 1',
  ': comentario',
  '\u2028event: complete\u2028data: {}\u2028\u2028',
  '\u2029\u2029',
  '\u0085event: complete\u0085',
  '\0',
  '\ufeffdata: x',
  '\ud800 suelto \udc00',
  '"}\n\ndata: {"x":"',
  '\\n\\nevent: complete\\ndata: {}\\n\\n',
  '<script>alert(1)</script>',
  '🌵 ñandú 漢字 \u202e al revés',
]

/** Several kinds of event, with the name as a value and as a key. */
const HOSTILE_STREAMS: Given[] = HOSTILE_NAMES.map((name) => [
  said('start', 1, { message: name, runId: 'r7k2m9' }),
  said('progress', 2, { page: 1, [name]: name }),
  said('error', 3, { success: false, message: name }),
])

const name = fc
  .array(
    fc.oneof(fc.constantFrom(...HOSTILE_NAMES, '\r', '\n', '\r\n', ' '), fc.string({ unit: 'binary' })),
    {
      maxLength: 4,
    },
  )
  .map((parts) => parts.join(''))
const randomStream: fc.Arbitrary<Given> = fc
  .array(fc.tuple(fc.constantFrom(...EVENT_NAMES), name, fc.boolean()), { maxLength: 5 })
  .map((events) =>
    events.map(([event, text, isPretty], i) => said(event, i + 1, { [text]: text }, isPretty ? 2 : 0)),
  )
const RANDOM_STREAMS = fc.sample(randomStream, { numRuns: 200, seed: 20_261_124 })

describe('an encoded stream', () => {
  it('is parsed by eventsource-parser to the same events, for any names', () => {
    for (const given of [...HOSTILE_STREAMS, ...RANDOM_STREAMS]) {
      expect(parse(encode(given))).toEqual(expected(given))
    }
  })

  describe.skipIf(whyNoBrowser !== null)(
    whyNoBrowser === null ? 'in Chromium' : `in Chromium (skipped: ${whyNoBrowser})`,
    () => {
      let browser: Browser
      beforeAll(async () => {
        browser = await launchChromium()
      })
      afterAll(() => browser?.close())

      it('is dispatched by EventSource as the same events, and no name forges one', async () => {
        const streams = [...HOSTILE_STREAMS, ...RANDOM_STREAMS]
        const { server, origin } = await serve(streams.map(encode))
        try {
          const page = await browser.newPage()
          await page.goto(origin)
          const received = await page.evaluate(readStreams, {
            count: streams.length,
            types: [...EVENT_NAMES],
          })
          for (const [i, given] of streams.entries()) expect(received[i]).toEqual(expected(given))
        } finally {
          server.closeAllConnections()
          server.close()
        }
      })
    },
  )
})

function said(event: EncodableEvent['event'], seq: number, data: object, indent = 0): Given[number] {
  return { event, id: `r7k2m9.${seq}`, data: jsonLine(JSON.stringify(data, null, indent)) }
}

function encode(given: Given): string {
  return encodeRetry(2_000) + given.map(encodeEvent).join('')
}

function expected(given: Given): Received[] {
  return given.map(({ event, id, data }) => ({ type: event, data, lastEventId: id }))
}

function parse(stream: string): Received[] {
  const events: Received[] = []
  const parser = createParser({
    onEvent: ({ event = 'message', id = '', data }) => events.push({ type: event, data, lastEventId: id }),
    onError: (error) => {
      throw error
    },
  })
  parser.feed(stream)
  return events
}

/** Serves an empty page at `/`, and each stream at its number, closed after its last byte. */
async function serve(streams: string[]): Promise<{ server: Server; origin: string }> {
  const server = createServer((request, response) => {
    const stream = streams[Number(request.url?.slice(1) || Number.NaN)]
    const type = stream === undefined ? 'text/html' : 'text/event-stream'
    response.writeHead(200, { 'content-type': type }).end(stream ?? '<!doctype html>')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** Runs in the page. Also listens to `message`, the type of a forged event without a name. */
async function readStreams({ count, types }: { count: number; types: string[] }): Promise<Received[][]> {
  const all: Received[][] = []
  for (let i = 0; i < count; i++) {
    all.push(
      await new Promise((resolve) => {
        const events: Received[] = []
        const source = new EventSource(`/${i}`)
        for (const type of ['message', ...types]) {
          source.addEventListener(type, (event) => {
            if (event instanceof MessageEvent) {
              events.push({ type: event.type, data: event.data, lastEventId: event.lastEventId })
            } else if (type === 'error') {
              source.close()
              resolve(events)
            }
          })
        }
      }),
    )
  }
  return all
}
