import { beforeEach, describe, expect, it } from 'vitest'
import { completed, ping, progressed, RUN_ID, runAt, runList, started } from '../../../../test/events.js'
import { eventually } from '../../../../test/eventually.js'
import { type ManualPlatform, manualPlatform } from '../../../../test/manual-platform.js'
import {
  drop,
  encode,
  eventsOf,
  json,
  problem,
  RUNS,
  runOf,
  START,
  stream,
  streamThenDrop,
  streamTo,
} from '../../../../test/sse-server.js'
import { ended, server, showing, watcherOf, withServer } from '../../../../test/watcher-harness.js'
import { until } from '../../../../test/watching.js'
import type { RunWatcher } from '../../run-watcher.js'
import { fetchTransport } from '../fetch-transport.js'
import { withPolling } from './polling-transport.js'

withServer()

let clock: ManualPlatform
beforeEach(() => {
  clock = manualPlatform()
})

function watcherOn(target: 'run' | 'start'): RunWatcher {
  const watcher = watcherOf({ transport: withPolling(fetchTransport), edges: clock.platform })
  if (target === 'run') watcher.watch(RUN_ID)
  else watcher.start()
  return watcher
}

const polling = (watcher: RunWatcher) => until(watcher, (s) => s.connection === 'polling')
const seen = (route: string, times: number) =>
  eventually(() => expect(server.seen(route)).toHaveLength(times))
const BUFFERED = {
  code: 'buffered',
  message: 'Un proxy retiene los eventos en el camino: consultamos el avance cada pocos segundos.',
}

/** A stream of which only the headers get through. */
const silent = stream()

describe('a stream whose events do not get through', () => {
  it('from the first event on is replaced by polling, with the reason, until the run ends', async () => {
    server.on(eventsOf(RUN_ID), silent)
    // The first response only shows that the server works.
    server.on(
      runOf(RUN_ID),
      json(runAt(2)),
      json(runAt(3)),
      json(runAt(4)),
      json(runAt(25, { status: 'complete' })),
    )
    const watcher = watcherOn('run')
    await until(watcher, (s) => s.connection === 'open')
    clock.advance(5_000)
    expect(await showing(watcher, 3)).toMatchObject({
      connection: 'polling',
      problem: BUFFERED,
      isLoading: true,
      error: null,
    })
    await eventually(() => expect(clock.pending()).toContain(2_000))
    clock.advance(2_000)
    await showing(watcher, 4)
    await eventually(() => expect(clock.pending()).toContain(2_000))
    clock.advance(2_000)
    expect(await ended(watcher)).toMatchObject({ status: 'complete', problem: null, result: { pages: 25 } })
    expect(clock.pending()).toEqual([])
    expect(clock.wakeListeners()).toBe(0)
  })

  it('without headers is noticed after ten seconds', async () => {
    server.on(eventsOf(RUN_ID), () => {})
    server.on(runOf(RUN_ID), json(runAt(3)))
    const watcher = watcherOn('run')
    await seen(eventsOf(RUN_ID), 1)
    clock.advance(10_000)
    expect(await polling(watcher)).toMatchObject({ problem: { code: 'buffered' } })
  })

  it('on the starting route is replaced by polling the started run, and no run is started twice', async () => {
    server.on(START, () => {})
    server.on(RUNS, json(runList({ id: RUN_ID, status: 'running' })))
    server.on(runOf(RUN_ID), json(runAt(3)))
    const watcher = watcherOn('start')
    await seen(START, 1)
    clock.advance(10_000)
    expect(await until(watcher, (s) => s.connection === 'reconnecting')).toMatchObject({ problem: BUFFERED })
    clock.advance(500)
    expect(await showing(watcher, 3)).toMatchObject({
      runId: RUN_ID,
      connection: 'polling',
      problem: BUFFERED,
    })
    expect(server.seen(START)).toHaveLength(1)
    expect(server.seen(eventsOf(RUN_ID))).toHaveLength(0)
  })

  it('in mid-run is noticed by pings that arrive all at once', async () => {
    let write = (_text: string) => {}
    server.on(
      eventsOf(RUN_ID),
      streamTo((response) => {
        write = (text) => response.write(text)
        write(encode(started()) + encode(ping(0)) + encode(progressed(1)))
      }),
    )
    server.on(runOf(RUN_ID), json(runAt(9)))
    const watcher = watcherOn('run')
    await showing(watcher, 1)
    for (let i = 0; i < 12; i++) clock.advance(2_500)
    write(encode(ping(15_000)) + encode(ping(30_000)) + encode(progressed(2)))
    await showing(watcher, 2)
    clock.advance(2_500)
    expect(await showing(watcher, 9)).toMatchObject({ connection: 'polling', problem: BUFFERED })
  })
})

describe('the stream is not given up', () => {
  it('when the server does not respond to a request for the run either: it is slow', async () => {
    let write = (_text: string) => {}
    server.on(
      eventsOf(RUN_ID),
      streamTo((response) => {
        write = (text) => response.write(text)
      }),
    )
    server.on(runOf(RUN_ID), problem(503))
    const watcher = watcherOn('run')
    await until(watcher, (s) => s.connection === 'open')
    clock.advance(7_500)
    await seen(runOf(RUN_ID), 1)
    write(encode(started()) + encode(progressed(1)))
    expect(await showing(watcher, 1)).toMatchObject({ connection: 'open', problem: null })
    expect(server.seen(eventsOf(RUN_ID))).toHaveLength(1)
  })

  it('when the requested run is not listed yet: the server is still starting it', async () => {
    server.on(START, () => {})
    server.on(RUNS, json(runList()))
    const watcher = watcherOn('start')
    await seen(START, 1)
    clock.advance(10_000)
    await seen(RUNS, 1)
    clock.advance(9_000)
    expect(watcher.getSnapshot()).toMatchObject({ connection: 'connecting', problem: null })
  })

  it('when this machine slept while pings were queued', async () => {
    let write = (_text: string) => {}
    server.on(
      eventsOf(RUN_ID),
      streamTo((response) => {
        write = (text) => response.write(text)
        write(encode(started()) + encode(ping(0)) + encode(progressed(1)))
      }),
    )
    const watcher = watcherOn('run')
    await showing(watcher, 1)
    clock.sleep(40_000)
    write(encode(ping(15_000)) + encode(ping(30_000)) + encode(progressed(2)))
    await showing(watcher, 2)
    clock.advance(2_500)
    expect(watcher.getSnapshot()).toMatchObject({ connection: 'open', problem: null })
    expect(server.seen(runOf(RUN_ID))).toHaveLength(0)
  })
})

describe('a stream that is cut', () => {
  it('within seconds, three times in a row, is replaced by polling', async () => {
    server.on(eventsOf(RUN_ID), streamThenDrop(started(), progressed(1)))
    server.on(runOf(RUN_ID), json(runAt(3)))
    const watcher = watcherOn('run')
    for (let i = 1; i <= 2; i++) {
      await until(watcher, (s) => s.connection === 'reconnecting')
      clock.advance(2_000)
      await seen(eventsOf(RUN_ID), i + 1)
    }
    expect(await showing(watcher, 3)).toMatchObject({ connection: 'polling', problem: { code: 'cut_short' } })
    expect(server.seen(eventsOf(RUN_ID))).toHaveLength(3)
  })

  it('by a server that then does not respond at all is an ordinary connection loss', async () => {
    const cut = streamThenDrop(started(), progressed(1))
    server.on(eventsOf(RUN_ID), cut, drop(), cut, drop(), cut, drop(), stream(completed()))
    const watcher = watcherOn('run')
    for (let i = 1; i <= 6; i++) {
      await seen(eventsOf(RUN_ID), i)
      await until(watcher, (s) => s.connection === 'reconnecting')
      await eventually(() => expect(clock.pending()).toHaveLength(1))
      clock.advance(30_000)
    }
    expect(await ended(watcher)).toMatchObject({ status: 'complete' })
    expect(server.seen(runOf(RUN_ID))).toHaveLength(0)
  })
})

describe('while it polls the run', () => {
  /** Polls so far whose delay is over. */
  let polls: number
  async function pollingRun() {
    server.on(eventsOf(RUN_ID), silent)
    server.on(runOf(RUN_ID), json(runAt(3)))
    const watcher = watcherOn('run')
    await until(watcher, (s) => s.connection === 'open')
    clock.advance(5_000)
    await showing(watcher, 3)
    polls = 0
    return watcher
  }
  /** Waits for the response of the latest poll, after which the transport sets the timer of the next one. */
  const nextDelay = () => eventually(() => expect(clock.started(2_000)).toBe(polls + 1))
  /** Advances the clock by one poll after another. */
  async function pollFor(ms: number) {
    for (let i = 0; i < ms / 2_000; i++) {
      await nextDelay()
      clock.advance(2_000)
      polls++
    }
    await nextDelay()
  }

  it('the stream is tried again after a minute, and used if it works', async () => {
    const watcher = await pollingRun()
    server.on(eventsOf(RUN_ID), stream(started(), progressed(7), progressed(8)))
    await pollFor(58_000)
    expect(server.seen(eventsOf(RUN_ID))).toHaveLength(1)
    await eventually(() => expect(clock.pending()).toContain(2_000))
    clock.advance(2_000)
    await until(watcher, (s) => s.connection === 'open')
    clock.advance(0)
    expect(await showing(watcher, 8)).toMatchObject({ connection: 'open', problem: null })
    const polled = server.seen(runOf(RUN_ID)).length
    clock.advance(10_000)
    expect(server.seen(runOf(RUN_ID))).toHaveLength(polled)
  })

  it('a trial that does not get through changes nothing, and the next one comes later', async () => {
    const watcher = await pollingRun()
    await pollFor(60_000)
    await seen(eventsOf(RUN_ID), 2)
    await pollFor(20_000)
    expect(watcher.getSnapshot()).toMatchObject({ connection: 'polling', problem: { code: 'buffered' } })
    await pollFor(90_000)
    expect(server.seen(eventsOf(RUN_ID))).toHaveLength(2)
    await pollFor(30_000)
    await seen(eventsOf(RUN_ID), 3)
  })

  it('a refusal stops it, like a stream', async () => {
    const watcher = await pollingRun()
    server.on(runOf(RUN_ID), problem(401))
    await eventually(() => expect(clock.pending()).toContain(2_000))
    clock.advance(2_000)
    expect(await until(watcher, (s) => s.connection === 'closed')).toMatchObject({
      problem: { code: 'session_expired' },
    })
  })

  it('an unavailable server is polled again after a backoff', async () => {
    const watcher = await pollingRun()
    server.on(runOf(RUN_ID), problem(503, {}, { 'retry-after': '7' }), json(runAt(5)))
    await eventually(() => expect(clock.pending()).toContain(2_000))
    clock.advance(2_000)
    expect(await until(watcher, (s) => s.connection === 'reconnecting')).toMatchObject({
      problem: { code: 'unavailable' },
      progress: { page: 3 },
    })
    clock.advance(7_500)
    expect(await showing(watcher, 5)).toMatchObject({ connection: 'polling', problem: { code: 'buffered' } })
    expect(server.seen(eventsOf(RUN_ID))).toHaveLength(1)
  })
})
