import { describe, expect, it } from 'vitest'
import { completed, ping, progressed, RUN_ID, started } from '../../test/events.js'
import { eventually } from '../../test/eventually.js'
import { manualPlatform } from '../../test/manual-platform.js'
import { drop, encode, eventsOf, START, stream, streamThenDrop, streamTo } from '../../test/sse-server.js'
import { ended, server, showing, watcherOf, withServer } from '../../test/watcher-harness.js'
import { recordConnections, until } from '../../test/watching.js'

withServer()

describe('a stream that is cut before the ending', () => {
  it('resumes at its cursor, and no run is started again', async () => {
    server.on(START, streamThenDrop(started(), progressed(1), progressed(2)))
    server.on(
      eventsOf(RUN_ID),
      streamThenDrop(progressed(3)),
      stream(progressed(3), progressed(4), completed()),
    )
    const watcher = watcherOf()
    const connections = recordConnections(watcher)
    watcher.start()
    expect(await ended(watcher)).toMatchObject({ progress: { page: 4 }, result: { success: true } })
    expect(server.seen(START)).toHaveLength(1)
    expect(server.seen(eventsOf(RUN_ID)).map((r) => r.headers['last-event-id'])).toEqual([
      'r7k2m9.3',
      'r7k2m9.4',
    ])
    expect(connections.filter((c) => c === 'reconnecting')).toHaveLength(2)
  })

  it('shows `reconnecting` and the previous progress, and no error', async () => {
    const { platform, pending } = manualPlatform()
    server.on(START, streamThenDrop(started(), progressed(2)))
    const watcher = watcherOf({ edges: platform })
    watcher.start()
    expect(await until(watcher, (s) => s.connection === 'reconnecting')).toMatchObject({
      isLoading: true,
      error: null,
      problem: { code: 'interrupted', message: 'Se cortó la conexión con el servidor.' },
      progress: { page: 2 },
    })
    expect(pending()).toEqual([500])
  })

  it('doubles the backoff with each consecutive failure', async () => {
    const clock = manualPlatform()
    server.on(eventsOf(RUN_ID), drop())
    const watcher = watcherOf({ edges: clock.platform })
    watcher.watch(RUN_ID)
    const waits: number[] = []
    for (let i = 1; i <= 6; i++) {
      await eventually(() => expect(server.requests).toHaveLength(i))
      await until(watcher, (s) => s.problem?.code === 'network')
      await eventually(() => expect(clock.pending()).not.toContain(45_000))
      const wait = clock.pending()[0] ?? 0
      waits.push(wait)
      clock.advance(wait)
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000])
  })

  it('reconnects at once when the browser is online again', async () => {
    const clock = manualPlatform()
    server.on(eventsOf(RUN_ID), drop(), stream(started(), completed()))
    const watcher = watcherOf({ edges: clock.platform })
    watcher.watch(RUN_ID)
    await until(watcher, (s) => s.connection === 'reconnecting')
    clock.wake()
    expect(await ended(watcher)).toMatchObject({ status: 'complete' })
    expect(clock.wakeListeners()).toBe(0)
  })
})

describe('events of the connection', () => {
  it('drain: reconnects after exactly `retryMs`, at its cursor', async () => {
    const clock = manualPlatform()
    const drain = { event: 'drain', data: { retryMs: 730 } } as const
    server.on(START, stream(started(), progressed(5), drain))
    server.on(eventsOf(RUN_ID), stream(completed()))
    const watcher = watcherOf({ edges: clock.platform })
    watcher.start()
    expect(await until(watcher, (s) => s.connection === 'reconnecting')).toMatchObject({
      problem: { code: 'draining' },
      progress: { page: 5 },
    })
    expect(clock.pending()).toEqual([730])
    clock.advance(730)
    expect(await ended(watcher)).toMatchObject({ status: 'complete' })
    expect(server.seen(eventsOf(RUN_ID))[0]?.headers['last-event-id']).toBe('r7k2m9.6')
  })

  it('reset: the state that follows replaces the previous one, without an empty state in between', async () => {
    const reset = { event: 'reset', data: { reason: 'unknown_cursor' } } as const
    server.on(START, streamThenDrop(started(), progressed(9)))
    server.on(eventsOf(RUN_ID), stream(reset, started(), progressed(4)))
    const watcher = watcherOf()
    const pages: (number | undefined)[] = []
    watcher.subscribe(() => pages.push(watcher.getSnapshot().progress?.page))
    watcher.start()
    await showing(watcher, 4)
    expect(watcher.getSnapshot()).toMatchObject({ runId: RUN_ID, status: 'running', connection: 'open' })
    expect(server.seen(START)).toHaveLength(1)
    expect(pages.slice(pages.indexOf(9))).not.toContain(undefined)
  })

  it('ping: 45 s without a byte cause a reconnect, and a ping restarts these 45 s', async () => {
    const clock = manualPlatform()
    let write = (_text: string) => {}
    server.on(
      START,
      streamTo((response) => {
        write = (text) => response.write(text)
        write(encode(started()))
      }),
    )
    server.on(eventsOf(RUN_ID), stream(completed()))
    const watcher = watcherOf({ edges: clock.platform })
    watcher.start()
    await until(watcher, (s) => s.status === 'running')
    clock.sleep(44_000)
    // The progress event after the ping shows the test that the ping has arrived.
    write(encode(ping()) + encode(progressed(1)))
    await showing(watcher, 1)
    clock.advance(44_999)
    expect(watcher.getSnapshot().connection).toBe('open')
    clock.advance(1)
    expect(watcher.getSnapshot()).toMatchObject({ connection: 'reconnecting', problem: { code: 'silent' } })
    clock.advance(500)
    expect(await ended(watcher)).toMatchObject({ status: 'complete' })
    expect(server.seen(eventsOf(RUN_ID))[0]?.headers['last-event-id']).toBe('r7k2m9.2')
  })

  it('after an hour of sleep, a silent stream is reconnected on wake-up', async () => {
    const clock = manualPlatform()
    server.on(START, stream(started()))
    server.on(eventsOf(RUN_ID), stream(completed()))
    const watcher = watcherOf({ edges: clock.platform })
    watcher.start()
    await until(watcher, (s) => s.status === 'running')
    clock.sleep(3_600_000)
    clock.wake()
    expect(await ended(watcher)).toMatchObject({ status: 'complete' })
  })

  it('after 30 s of sleep, in which two pings were due, it is reconnected at once too', async () => {
    const clock = manualPlatform()
    server.on(START, stream(started()))
    server.on(eventsOf(RUN_ID), stream(completed()))
    const watcher = watcherOf({ edges: clock.platform })
    watcher.start()
    await until(watcher, (s) => s.status === 'running')
    clock.sleep(30_000)
    clock.wake()
    // The clock does not advance, so neither the watchdog's timer nor a backoff has run.
    expect(await ended(watcher)).toMatchObject({ status: 'complete' })
  })

  it('a retry delay that began before the sleep ends on wake-up', async () => {
    const clock = manualPlatform()
    server.on(eventsOf(RUN_ID), drop(), drop(), drop(), drop(), stream(started(), completed()))
    const watcher = watcherOf({ edges: clock.platform })
    watcher.watch(RUN_ID)
    for (let i = 1; i <= 4; i++) {
      await eventually(() => expect(server.requests).toHaveLength(i))
      await until(watcher, (s) => s.connection === 'reconnecting')
      await eventually(() => expect(clock.pending()).not.toContain(45_000))
      if (i < 4) clock.advance(clock.pending()[0] ?? 0)
    }
    clock.sleep(3_600_000)
    clock.wake()
    expect(await ended(watcher)).toMatchObject({ status: 'complete' })
  })
})
