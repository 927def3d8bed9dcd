import { describe, expect, it } from 'vitest'
import { completed, progressed, RUN_ID, started } from '../../test/events.js'
import { manualPlatform } from '../../test/manual-platform.js'
import { encode, eventsOf, START, stream, streamTo } from '../../test/sse-server.js'
import { ended, server, showing, watcherOf, withServer } from '../../test/watcher-harness.js'
import { until } from '../../test/watching.js'

withServer()

describe('the bytes of a stream', () => {
  const events = [started(), progressed(1, { waiting: { reason: 'backoff', until: null } }), completed()]

  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
  ])('may be split anywhere, with %s line ends', async (_name, newline) => {
    const text = `: ñandú 🌵${newline}${newline}${events.map((event) => encode(event, newline)).join('')}`
    server.on(
      START,
      streamTo((response) => writeByteByByte(response, Buffer.from(text))),
    )
    const watcher = watcherOf()
    watcher.start()
    expect(await ended(watcher)).toMatchObject({ progress: { page: 1 }, result: { success: true } })
  })

  it('after the ending are ignored', async () => {
    const after = encode(progressed(3, {}, 'otra'))
    server.on(
      START,
      streamTo((response) => response.write(events.map((event) => encode(event)).join('') + after)),
    )
    const watcher = watcherOf()
    watcher.start()
    expect(await ended(watcher)).toMatchObject({ runId: RUN_ID, progress: { page: 1 } })
  })

  it('of an unknown event are ignored', async () => {
    server.on(
      START,
      streamTo((response) => {
        response.write('event: changes\ndata: {"x":1}\n\ndata: sin nombre\n\n')
        response.write(events.map((event) => encode(event)).join(''))
      }),
    )
    const watcher = watcherOf()
    watcher.start()
    expect(await ended(watcher)).toMatchObject({ status: 'complete' })
  })

  it('that are a malformed event cause a reconnect, and the event is not shown', async () => {
    const torn = 'event: progress\nid: r7k2m9.2\ndata: {"pa\n\n'
    server.on(
      START,
      streamTo((response) => response.write(encode(started()) + torn + encode(progressed(5)))),
    )
    server.on(eventsOf(RUN_ID), stream(completed()))
    const watcher = watcherOf()
    watcher.start()
    expect(await ended(watcher)).toMatchObject({ status: 'complete' })
    expect(server.seen(eventsOf(RUN_ID))[0]?.headers['last-event-id']).toBe('r7k2m9.1')
  })

  it('of another run are ignored', async () => {
    server.on(eventsOf(RUN_ID), stream(started(), progressed(3), started('otra'), progressed(4)))
    const watcher = watcherOf()
    const shown = new Set<string | null>()
    watcher.subscribe(() => shown.add(watcher.getSnapshot().runId))
    watcher.watch(RUN_ID)
    await showing(watcher, 4)
    expect([...shown]).toEqual([RUN_ID])
  })

  it('without a line end are limited in memory', async () => {
    const { platform } = manualPlatform()
    server.on(
      eventsOf(RUN_ID),
      streamTo((response) => response.write(`data: ${'x'.repeat(1_100_000)}`)),
    )
    const watcher = watcherOf({ edges: platform })
    watcher.watch(RUN_ID)
    expect(await until(watcher, (s) => s.connection === 'reconnecting')).toMatchObject({
      problem: { code: 'bad_response' },
    })
  })

  it('of an HTML page with status 200 are not a stream', async () => {
    const { platform } = manualPlatform()
    server.on(eventsOf(RUN_ID), (response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<p>hola'),
    )
    const watcher = watcherOf({ edges: platform })
    watcher.watch(RUN_ID)
    expect(await until(watcher, (s) => s.connection === 'reconnecting')).toMatchObject({
      problem: { code: 'bad_response' },
      isLoading: true,
    })
  })
})

function writeByteByByte(
  response: { write(chunk: Uint8Array, done: () => void): boolean },
  bytes: Buffer,
  from = 0,
): void {
  if (from >= bytes.length) return
  response.write(bytes.subarray(from, from + 1), () =>
    setImmediate(writeByteByByte, response, bytes, from + 1),
  )
}
