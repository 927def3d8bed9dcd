import { describe, expect, it } from 'vitest'
import { completed, progressed, RUN_ID, runList, started } from '../../test/events.js'
import { manualPlatform } from '../../test/manual-platform.js'
import {
  drop,
  eventsOf,
  json,
  noContent,
  problem,
  RUNS,
  START,
  stream,
  streamThenDrop,
} from '../../test/sse-server.js'
import { ended, server, settled, watcherOf, withServer } from '../../test/watcher-harness.js'
import { until } from '../../test/watching.js'

withServer()

describe('a start whose response is lost', () => {
  it('finds the active run and only watches it', async () => {
    server.on(START, streamThenDrop())
    server.on(RUNS, json(runList({ id: RUN_ID, status: 'queued' })))
    server.on(eventsOf(RUN_ID), stream(started(), completed()))
    const watcher = watcherOf()
    watcher.start()
    expect(await ended(watcher)).toMatchObject({ runId: RUN_ID, status: 'complete' })
    expect(server.seen(START)).toHaveLength(1)
    expect(server.seen(RUNS)[0]?.query.get('limit')).toBe('1')
  })

  it('finds a run that has ended already, if the previous run is known', async () => {
    server.on(
      RUNS,
      json(runList({ id: 'vieja', status: 'complete' })),
      json(runList({ id: RUN_ID, status: 'complete' })),
    )
    server.on(START, drop())
    server.on(eventsOf(RUN_ID), stream(started(), completed()))
    const watcher = watcherOf()
    watcher.resume()
    await settled(watcher)
    watcher.start()
    expect(await ended(watcher)).toMatchObject({ runId: RUN_ID, status: 'complete' })
    expect(server.seen(START)).toHaveLength(1)
  })

  it('is not repeated when there is no new run: the person decides', async () => {
    server.on(START, drop())
    server.on(RUNS, json(runList()))
    const watcher = watcherOf()
    watcher.start()
    expect(await settled(watcher)).toMatchObject({
      isLoading: false,
      problem: { code: 'not_started' },
      error: 'No pudimos confirmar que la sincronización empezara. Probá de nuevo.',
    })
    expect(server.seen(START)).toHaveLength(1)
  })

  it('is repeated after `Retry-After` when the server declined it', async () => {
    const clock = manualPlatform(0)
    server.on(START, problem(503, {}, { 'retry-after': '7' }), stream(started(), completed()))
    server.on(RUNS, json(runList()))
    const watcher = watcherOf({ edges: clock.platform })
    watcher.start()
    expect(await until(watcher, (s) => s.connection === 'reconnecting')).toMatchObject({
      problem: { code: 'unavailable', status: 503 },
    })
    expect(clock.pending()).toEqual([7000])
    clock.wake()
    expect(watcher.getSnapshot().connection).toBe('reconnecting')
    expect(server.requests).toHaveLength(1)
    clock.advance(7000)
    expect(await ended(watcher)).toMatchObject({ status: 'complete' })
    expect(server.requests.map((r) => r.path.split('/').at(-1))).toEqual(['stream', 'runs', 'stream'])
  })

  it('requests the list of runs again while that fails', async () => {
    server.on(START, drop())
    server.on(RUNS, problem(502), json(runList({ id: RUN_ID, status: 'running' })))
    server.on(eventsOf(RUN_ID), stream(started(), completed()))
    const watcher = watcherOf()
    watcher.start()
    expect(await ended(watcher)).toMatchObject({ status: 'complete' })
    expect(server.seen(START)).toHaveLength(1)
  })
})

describe('a refusal', () => {
  it('with 401 stops until the person has signed in, and then resumes at the cursor', async () => {
    server.on(START, streamThenDrop(started(), progressed(3)))
    server.on(eventsOf(RUN_ID), problem(401), stream(progressed(4), completed()))
    const watcher = watcherOf()
    watcher.start()
    expect(await settled(watcher)).toMatchObject({
      isLoading: false,
      problem: { code: 'session_expired' },
      error: 'Tu sesión venció. Volvé a ingresar.',
      progress: { page: 3 },
    })
    expect(watcher.reconnect()).toBe(true)
    expect(await ended(watcher)).toMatchObject({ status: 'complete', error: null })
    expect(server.seen(eventsOf(RUN_ID)).at(-1)?.headers['last-event-id']).toBe('r7k2m9.4')
  })

  it('with 404 shows that the run no longer exists', async () => {
    const watcher = watcherOf()
    watcher.watch(RUN_ID)
    expect(await settled(watcher)).toMatchObject({
      problem: { code: 'run_gone' },
      error: 'Esa sincronización ya no existe.',
    })
    expect(server.requests).toHaveLength(1)
  })

  it("with 409 shows the server's sentence, and the next start is sent", async () => {
    const detail = 'Configurá la conexión con Cianbox.'
    server.on(START, problem(409, { code: 'connection_missing', detail }), stream(started(), completed()))
    const watcher = watcherOf()
    watcher.start()
    expect(await settled(watcher)).toMatchObject({
      error: detail,
      problem: { code: 'conflict', serverCode: 'connection_missing' },
    })
    expect(watcher.reconnect()).toBe(false)
    watcher.start()
    expect(await ended(watcher)).toMatchObject({ status: 'complete' })
  })

  it('with 409 that names the active run watches that run', async () => {
    server.on(START, problem(409, { code: 'run_active', run: { id: RUN_ID, status: 'running' } }))
    server.on(eventsOf(RUN_ID), stream(started(), completed()))
    const watcher = watcherOf()
    watcher.start()
    expect(await ended(watcher)).toMatchObject({ runId: RUN_ID, status: 'complete', problem: null })
    expect(server.seen(START)).toHaveLength(1)
  })

  it('with 204 closes the connection without a reconnect', async () => {
    server.on(eventsOf(RUN_ID), noContent())
    const watcher = watcherOf()
    watcher.watch(RUN_ID)
    expect(await settled(watcher)).toMatchObject({ connection: 'closed', problem: null, isLoading: false })
    expect(server.requests).toHaveLength(1)
  })
})
