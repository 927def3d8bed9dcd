import { describe, expect, it, vi } from 'vitest'
import { completed, failedWith, progressed, RUN_ID, runList, started } from '../../test/events.js'
import { eventually } from '../../test/eventually.js'
import { manualPlatform } from '../../test/manual-platform.js'
import {
  encode,
  eventsOf,
  json,
  problem,
  RUNS,
  START,
  stream,
  streamThenDrop,
  streamTo,
} from '../../test/sse-server.js'
import { ended, server, showing, watcherOf, withServer } from '../../test/watcher-harness.js'
import { recordConnections, until } from '../../test/watching.js'

withServer()

describe('a run from start to ending', () => {
  it('is started once and watched to its ending', async () => {
    server.on(START, stream(started(), progressed(1), progressed(25), completed()))
    const watcher = watcherOf()
    const connections = recordConnections(watcher)
    watcher.start()
    expect(watcher.getSnapshot().isLoading).toBe(true)
    expect(await ended(watcher)).toMatchObject({
      runId: RUN_ID,
      status: 'complete',
      isLoading: false,
      error: null,
      problem: null,
      progress: { page: 25 },
      result: { success: true, totalProducts: 4987 },
    })
    expect(connections).toEqual(['idle', 'connecting', 'open', 'closed'])
    expect(server.requests).toHaveLength(1)
  })

  it('is started with the bearer token, `Accept: text/event-stream` and no cursor', async () => {
    server.on(START, stream(started(), completed()))
    const watcher = watcherOf({ getToken: async () => 'secreto' })
    watcher.start()
    await ended(watcher)
    const [request] = server.seen(START)
    expect(request?.headers).toMatchObject({ authorization: 'Bearer secreto', accept: 'text/event-stream' })
    expect(request?.headers).not.toHaveProperty('last-event-id')
    expect(request?.query.toString()).toBe('')
  })

  it('is started without `Authorization` if there is no token; the cookie identifies the session', async () => {
    server.on(START, stream(started(), completed()))
    const watcher = watcherOf({ getToken: () => null })
    watcher.start()
    await ended(watcher)
    expect(server.seen(START)[0]?.headers).not.toHaveProperty('authorization')
  })

  it('that ends in error shows the reason', async () => {
    server.on(START, stream(started(), failedWith('upstream_auth', 'Cianbox rechazó las credenciales.')))
    const watcher = watcherOf()
    watcher.start()
    expect(await ended(watcher)).toMatchObject({
      status: 'error',
      error: 'Cianbox rechazó las credenciales.',
      result: { success: false, code: 'upstream_auth' },
    })
  })

  it('is not started a second time by a second `start`', async () => {
    server.on(START, stream(started(), progressed(1)))
    const watcher = watcherOf()
    watcher.start()
    watcher.start()
    await showing(watcher, 1)
    watcher.start()
    expect(server.seen(START)).toHaveLength(1)
  })

  it('can be followed by another, which begins with an empty state', async () => {
    server.on(START, stream(started(), progressed(25), completed()), stream(started('otra')))
    const watcher = watcherOf()
    watcher.start()
    await ended(watcher)
    watcher.start()
    expect(watcher.getSnapshot()).toMatchObject({
      runId: null,
      progress: null,
      result: null,
      isLoading: true,
    })
    expect(await until(watcher, (s) => s.runId === 'otra')).toMatchObject({
      status: 'running',
      progress: null,
    })
  })
})

describe('resume', () => {
  it('watches the active run', async () => {
    server.on(RUNS, json(runList({ id: RUN_ID, status: 'paused' })))
    server.on(eventsOf(RUN_ID), stream(started(), progressed(7)))
    const watcher = watcherOf()
    watcher.resume()
    expect(watcher.getSnapshot().isLoading).toBe(false)
    expect(await showing(watcher, 7)).toMatchObject({ runId: RUN_ID, isLoading: true })
    expect(server.seen(START)).toHaveLength(0)
  })

  it.each([
    ['the newest run has ended', json(runList({ id: RUN_ID, status: 'complete' }))],
    ['there is no run', json(runList())],
    ['the server has no list of runs', problem(404)],
  ])('stays idle when %s', async (_when, answer) => {
    server.on(RUNS, answer)
    const watcher = watcherOf()
    watcher.resume()
    await eventually(() => expect(watcher.getSnapshot().connection).toBe('idle'))
    expect(watcher.getSnapshot()).toMatchObject({ isLoading: false, error: null, problem: null })
    expect(watcher.reconnect()).toBe(false)
  })

  it('is replaced by a start', async () => {
    server.on(RUNS, () => {})
    server.on(START, stream(started(), completed()))
    const watcher = watcherOf()
    watcher.resume()
    watcher.start()
    expect(await ended(watcher)).toMatchObject({ status: 'complete' })
  })
})

describe('close', () => {
  it('closes the connection, cancels every timer, and does not cancel the run', async () => {
    const clock = manualPlatform()
    const closed = vi.fn()
    server.on(
      START,
      streamTo((response) => void response.on('close', closed).write(encode(started()))),
    )
    const watcher = watcherOf({ edges: clock.platform })
    watcher.start()
    await until(watcher, (s) => s.status === 'running')
    watcher.close()
    await eventually(() => expect(closed).toHaveBeenCalled())
    expect(watcher.getSnapshot()).toMatchObject({ connection: 'closed', isLoading: false, status: 'running' })
    expect(clock.pending()).toEqual([])
    expect(clock.wakeListeners()).toBe(0)
    expect(server.requests).toHaveLength(1)
  })

  it('can be followed by `reconnect`, which resumes at the cursor', async () => {
    server.on(START, stream(started(), progressed(2)))
    server.on(eventsOf(RUN_ID), stream(completed()))
    const watcher = watcherOf()
    watcher.start()
    await showing(watcher, 2)
    watcher.close()
    expect(watcher.reconnect()).toBe(true)
    expect(await ended(watcher)).toMatchObject({ status: 'complete', progress: { page: 2 } })
    expect(server.seen(START)).toHaveLength(1)
  })

  it('during a start can be followed by `reconnect`, which reads the list of runs and never starts again', async () => {
    server.on(START, () => {})
    server.on(RUNS, json(runList({ id: RUN_ID, status: 'running' })))
    server.on(eventsOf(RUN_ID), stream(started(), completed()))
    const watcher = watcherOf()
    watcher.start()
    await eventually(() => expect(server.seen(START)).toHaveLength(1))
    watcher.close()
    watcher.reconnect()
    expect(await ended(watcher)).toMatchObject({ status: 'complete' })
    expect(server.seen(START)).toHaveLength(1)
  })
})

describe('the store', () => {
  it('returns the same snapshot until something changes', async () => {
    server.on(START, stream(started(), progressed(1)))
    const watcher = watcherOf()
    watcher.start()
    await showing(watcher, 1)
    expect(watcher.getSnapshot()).toBe(watcher.getSnapshot())
  })

  it('throttles progress to ten changes per second, and shows the ending at once', async () => {
    const clock = manualPlatform()
    let write = (_text: string) => {}
    server.on(
      START,
      streamTo((response) => {
        write = (text) => response.write(text)
        write(encode(started()) + encode(progressed(1)) + encode(progressed(2)))
      }),
    )
    const watcher = watcherOf({ edges: clock.platform, throttleMs: 100 })
    watcher.start()
    await eventually(() => expect(clock.pending()).toContain(100))
    expect(watcher.getSnapshot().progress).toBeNull()
    clock.advance(100)
    expect(watcher.getSnapshot().progress?.page).toBe(2)
    write(encode(progressed(3)) + encode(completed()))
    expect(await ended(watcher)).toMatchObject({ progress: { page: 3 } })
  })
})

describe('the products that a run changes', () => {
  const drill = { id: '1042', kind: 'updated' } as const

  it('are passed to `onChanges`, beginning with null (reload) on each connection', async () => {
    server.on(
      START,
      streamThenDrop(
        { event: 'changes', data: { products: null } },
        started(),
        { event: 'changes', data: { products: [drill] } },
        progressed(1),
      ),
    )
    server.on(
      eventsOf(RUN_ID),
      stream({ event: 'changes', data: { products: null } }, progressed(2), completed()),
    )
    const calls: unknown[] = []
    const watcher = watcherOf({ onChanges: (products) => calls.push(products) })
    watcher.start()
    await ended(watcher)
    expect(calls).toEqual([null, [drill], null])
    expect(server.requests.map(({ query }) => query.get('changes'))).toEqual(['1', '1'])
  })

  it('are null (reload) after an event that cannot be decoded', async () => {
    server.on(
      START,
      streamTo((response) => {
        response.write('event: changes\ndata: {"products"\n\n')
        response.write([started(), completed()].map((event) => encode(event)).join(''))
      }),
    )
    const calls: unknown[] = []
    const watcher = watcherOf({ onChanges: (products) => calls.push(products) })
    watcher.start()
    await ended(watcher)
    expect(calls).toEqual([null])
  })

  it('are not requested without `onChanges`', async () => {
    server.on(START, stream(started(), completed()))
    const watcher = watcherOf()
    watcher.start()
    await ended(watcher)
    expect(server.requests[0]?.query.has('changes')).toBe(false)
  })
})
