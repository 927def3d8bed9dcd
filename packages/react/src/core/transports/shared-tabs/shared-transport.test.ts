import { describe, expect, it } from 'vitest'
import { completed, progressed, RUN_ID, runAt, started } from '../../../../test/events.js'
import { eventually } from '../../../../test/eventually.js'
import { manualPlatform } from '../../../../test/manual-platform.js'
import { browser, open, pens, tabOf, text, withBrowser } from '../../../../test/sharing-tabs.js'
import {
  cancelOf,
  eventsOf,
  json,
  problem,
  runOf,
  START,
  stream,
  streamTo,
} from '../../../../test/sse-server.js'
import { ended, server, showing, watcherOf, withServer } from '../../../../test/watcher-harness.js'
import { until } from '../../../../test/watching.js'
import type { Platform } from '../../platform/platform.js'
import { fetchTransport } from '../fetch-transport.js'
import { withPolling } from '../polling/polling-transport.js'
import { sharedTransport } from './shared-transport.js'

withServer()
withBrowser()

/** Watches a run, whose stream has sent `start` and page 1, in `count` tabs. */
async function watched(count: number, edges: Partial<Platform> = {}) {
  const { write, handler } = pens()
  server.on(eventsOf(RUN_ID), handler)
  const all = []
  for (let i = 0; i < count; i++) {
    const one = tabOf('u1', edges)
    one.watcher.watch(RUN_ID)
    if (i === 0) {
      await eventually(() => expect(write).toHaveLength(1))
      write[0]?.(text(started(), progressed(1)))
    }
    await showing(one.watcher, 1)
    all.push(one)
  }
  const [first, second, third] = all
  if (!first || !second) throw new Error('at least two tabs')
  return { first, second, third: third ?? second, write }
}

describe('tabs of one session', () => {
  it('watch a run over one connection, and all show the same until the ending', async () => {
    const { first, second, third, write } = await watched(3)
    write[0]?.(text(progressed(2)))
    for (const { watcher } of [first, second, third]) await showing(watcher, 2)
    expect(second.watcher.getSnapshot().connection).toBe('open')
    write[0]?.(text(completed()))
    for (const { watcher } of [first, second, third]) {
      expect(await ended(watcher)).toMatchObject({ result: { success: true }, isLoading: false })
    }
    expect(server.requests).toHaveLength(1)
  })

  it('can start a run in any of them: a tab that joins a run another tab watches closes its own connection', async () => {
    const { second, write } = await watched(2)
    let closed = false
    server.on(
      START,
      streamTo((response) => {
        response.on('close', () => {
          closed = true
        })
        response.write(text(started(), progressed(1)))
      }),
    )
    second.watcher.close()
    second.watcher.start()
    await eventually(() => expect(closed).toBe(true))
    write[0]?.(text(progressed(2)))
    expect(await showing(second.watcher, 2)).toMatchObject({ connection: 'open' })
    expect(server.requests).toHaveLength(2)
  })

  it('follow the tab that has started a run, over the connection of the start', async () => {
    const { write, handler } = pens()
    server.on(START, handler)
    const first = tabOf()
    first.watcher.start()
    await eventually(() => expect(write).toHaveLength(1))
    write[0]?.(text(started(), progressed(3)))
    await showing(first.watcher, 3)
    const second = tabOf()
    second.watcher.watch(RUN_ID)
    expect(await showing(second.watcher, 3)).toMatchObject({ status: 'running', connection: 'open' })
    write[0]?.(text(completed()))
    expect(await ended(second.watcher)).toMatchObject({ status: 'complete' })
    expect(server.requests).toHaveLength(1)
  })

  it('can cancel from any of them', async () => {
    const { second } = await watched(2)
    server.on(cancelOf(RUN_ID), json({}, 202))
    second.watcher.cancel()
    await eventually(() => expect(server.seen(cancelOf(RUN_ID))).toHaveLength(1))
  })

  it('back off together when the stream is refused for a while', async () => {
    const clock = manualPlatform()
    const { first, second, write } = await watched(2, clock.platform)
    server.on(eventsOf(RUN_ID), problem(503, {}, { 'retry-after': '30' }))
    write[0]?.('event: progress\ndata: torn\n\n')
    for (const { watcher } of [first, second]) await until(watcher, (s) => s.connection === 'reconnecting')
    // Both retry; one of them leads, and its response counts for both.
    clock.advance(1_000)
    for (const { watcher } of [first, second]) await until(watcher, (s) => s.problem?.code === 'unavailable')
    expect(server.seen(eventsOf(RUN_ID))).toHaveLength(2)
  })
})

describe('when the tab that leads', () => {
  it('closes, another resumes at the newest cursor', async () => {
    const { first, second, third, write } = await watched(3)
    write[0]?.(text(progressed(2)))
    for (const { watcher } of [second, third]) await showing(watcher, 2)
    first.watcher.close()
    await eventually(() => expect(write).toHaveLength(2))
    write[1]?.(text(progressed(3)))
    for (const { watcher } of [second, third]) {
      expect(await showing(watcher, 3)).toMatchObject({ connection: 'open' })
    }
    expect(server.seen(eventsOf(RUN_ID)).map((r) => r.headers['last-event-id'])).toEqual([
      undefined,
      'r7k2m9.3',
    ])
  })

  it('crashes, another takes over', async () => {
    const { first, second, write } = await watched(2)
    first.tab.crash()
    await eventually(() => expect(write).toHaveLength(2))
    write[1]?.(text(progressed(2)))
    expect(await showing(second.watcher, 2)).toMatchObject({ connection: 'open' })
  })

  it('freezes, another steals the lock; resumed, it follows and is up to date', async () => {
    const clock = manualPlatform()
    const { first, second, write } = await watched(2, clock.platform)
    first.tab.freeze()
    clock.advance(10_000)
    clock.advance(4_000)
    await eventually(() => expect(write).toHaveLength(2))
    write[1]?.(text(progressed(2)))
    await showing(second.watcher, 2)
    expect(first.watcher.getSnapshot().progress?.page).toBe(1)
    first.tab.thaw()
    await showing(first.watcher, 2)
    write[1]?.(text(progressed(3)))
    expect(await showing(first.watcher, 3)).toMatchObject({ connection: 'open' })
    expect(server.requests).toHaveLength(2)
  })

  it('freezes before any other tab is open, a new tab does not wait for it', async () => {
    const clock = manualPlatform()
    const { write, handler } = pens()
    server.on(eventsOf(RUN_ID), handler)
    const first = tabOf('u1', clock.platform)
    first.watcher.watch(RUN_ID)
    await open(first.watcher)
    first.tab.freeze()
    const second = tabOf('u1', clock.platform)
    second.watcher.watch(RUN_ID)
    await eventually(() => expect(clock.pending()).toContain(3_500))
    clock.advance(3_500)
    await eventually(() => expect(write).toHaveLength(2))
  })

  it('has no new events, it keeps the lead, because it responds to a state request', async () => {
    const clock = manualPlatform()
    const { second, write } = await watched(2, clock.platform)
    for (let i = 0; i < 3; i++) {
      clock.advance(10_000)
      // The response delays the next state request by ten seconds.
      await eventually(() => expect(clock.pending()).toContain(10_000))
    }
    write[0]?.(text(progressed(2)))
    await showing(second.watcher, 2)
    expect(server.requests).toHaveLength(1)
  })
})

describe('when the stream does not get through', () => {
  it('one tab polls the run, and all show the run and the reason', async () => {
    const clock = manualPlatform()
    server.on(eventsOf(RUN_ID), stream())
    server.on(runOf(RUN_ID), json(runAt(3)))
    const transport = sharedTransport(withPolling(fetchTransport), { name: 'u1' })
    const first = tabOf('u1', clock.platform, { transport })
    const second = tabOf('u1', clock.platform, { transport })
    first.watcher.watch(RUN_ID)
    await open(first.watcher)
    second.watcher.watch(RUN_ID)
    await open(second.watcher)
    clock.advance(5_000)
    for (const { watcher } of [first, second]) {
      expect(await showing(watcher, 3)).toMatchObject({
        connection: 'polling',
        problem: { code: 'buffered' },
      })
    }
    const late = tabOf('u1', clock.platform, { transport })
    late.watcher.watch(RUN_ID)
    expect(await showing(late.watcher, 3)).toMatchObject({ connection: 'polling' })
    // One request checks that the server works, and one polls for all tabs.
    expect(server.seen(runOf(RUN_ID))).toHaveLength(2)
    server.on(runOf(RUN_ID), json(runAt(25, { status: 'complete' })))
    await eventually(() => expect(clock.pending()).toContain(2_000))
    clock.advance(2_000)
    for (const { watcher } of [first, second, late]) {
      expect(await ended(watcher)).toMatchObject({ status: 'complete' })
    }
  })
})

describe('nothing is shared', () => {
  it("between sessions: a tab of one person gets no event of another person's", async () => {
    const { write, handler } = pens()
    server.on(eventsOf(RUN_ID), handler)
    const mine = tabOf('t1/u1')
    const theirs = tabOf('t2/u2')
    mine.watcher.watch(RUN_ID)
    await open(mine.watcher)
    theirs.watcher.watch(RUN_ID)
    await open(theirs.watcher)
    write[0]?.(text(started(), progressed(7)))
    await showing(mine.watcher, 7)
    write[1]?.(text(started(), progressed(1)))
    expect(await showing(theirs.watcher, 1)).toMatchObject({ progress: { page: 1 } })
    expect(mine.watcher.getSnapshot().progress?.page).toBe(7)
    expect(server.requests).toHaveLength(2)
  })

  it('between names that are similar: the parts of the group name are encoded one by one', async () => {
    server.on(eventsOf('b'), stream(started('b')))
    server.on(eventsOf('a'), stream(started('a')))
    const one = tabOf('u/a')
    const other = tabOf('u')
    one.watcher.watch('b')
    other.watcher.watch('a')
    await Promise.all([open(one.watcher), open(other.watcher)])
    expect(server.requests).toHaveLength(2)
  })

  it('where the browser has no Web Locks: each tab has its own connection', async () => {
    server.on(eventsOf(RUN_ID), stream(started(), progressed(1), completed()))
    const transport = sharedTransport(fetchTransport, { name: 'u1' })
    for (let i = 1; i <= 2; i++) {
      const watcher = watcherOf({ transport, edges: { tabs: () => null } })
      watcher.watch(RUN_ID)
      expect(await ended(watcher)).toMatchObject({ status: 'complete' })
      expect(server.requests).toHaveLength(i)
    }
  })

  it.each(['watch', 'start'] as const)(
    'where the page may not use locks: %s works all the same',
    async (how) => {
      const events = stream(started(), progressed(1), completed())
      server.on(eventsOf(RUN_ID), events)
      server.on(START, events)
      const { tabs } = browser.tab()
      const refuse = () => Promise.reject(new DOMException('no locks here', 'SecurityError'))
      const transport = sharedTransport(fetchTransport, { name: 'u1' })
      const watcher = watcherOf({
        transport,
        edges: { tabs: () => ({ ...tabs, locks: { request: refuse } }) },
      })
      if (how === 'watch') watcher.watch(RUN_ID)
      else watcher.start()
      expect(await ended(watcher)).toMatchObject({ status: 'complete' })
    },
  )
})
