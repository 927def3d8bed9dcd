import { beforeEach, describe, expect, it } from 'vitest'
import { completed, failedWith, progressed, RUN_ID, runList, started } from '../../../test/events.js'
import { eventually } from '../../../test/eventually.js'
import { FakeEventSource } from '../../../test/fake-event-source.js'
import { json, problem, RUNS, TICKETS } from '../../../test/sse-server.js'
import { server, watcherOf as watcherWith, withServer } from '../../../test/watcher-harness.js'
import { until } from '../../../test/watching.js'
import type { RunWatcher, RunWatcherOptions } from '../run-watcher.js'
import { eventSourceTransport } from './event-source-transport.js'

withServer()

let sources: FakeEventSource[]
beforeEach(() => {
  sources = []
})

function watcherOf(options: Partial<RunWatcherOptions> = {}): RunWatcher {
  const createEventSource = (url: string) => {
    const source = new FakeEventSource(url)
    sources.push(source)
    return source as unknown as EventSource
  }
  return watcherWith({ transport: eventSourceTransport, edges: { createEventSource }, ...options })
}

/** The nth EventSource, counted from 1, once it exists. */
async function source(nth: number): Promise<FakeEventSource> {
  await eventually(() => expect(sources).toHaveLength(nth))
  return sources[nth - 1] as FakeEventSource
}

function mintTickets() {
  let minted = 0
  server.on(TICKETS, (response, request) =>
    json({ ticket: `t${++minted}`, expiresAt: '' }, 201)(response, request),
  )
}

describe('over EventSource', () => {
  it('each connection mints a ticket with the bearer token and has the cursor in its URL', async () => {
    mintTickets()
    const watcher = watcherOf()
    watcher.start()
    const first = await source(1)
    expect([first.path, first.query.toString()]).toEqual(['/api/cianbox/sync/products/stream', 'ticket=t1'])
    first.open(started(), progressed(1))
    first.lose()
    const second = await source(2)
    expect([second.path, second.query.toString()]).toEqual([
      `/api/cianbox/sync/runs/${RUN_ID}/events`,
      'ticket=t2&lastEventId=r7k2m9.2',
    ])
    second.open(completed())
    expect(await until(watcher, (s) => s.connection === 'closed')).toMatchObject({ status: 'complete' })
    expect(server.seen(TICKETS).map((r) => r.headers.authorization)).toEqual([
      'Bearer secreto',
      'Bearer secreto',
    ])
  })

  it('closes a lost EventSource, because its own reconnect would start a run with a used ticket', async () => {
    mintTickets()
    const watcher = watcherOf()
    watcher.start()
    const first = await source(1)
    first.open(started())
    first.lose()
    expect(first.readyState).toBe(2)
    expect(await until(watcher, (s) => s.connection === 'reconnecting')).toMatchObject({
      problem: { code: 'interrupted' },
      error: null,
    })
  })

  it("distinguishes the server's `error` event from a connection error", async () => {
    mintTickets()
    const watcher = watcherOf()
    watcher.start()
    const first = await source(1)
    first.open(started(), failedWith('upstream_auth', 'Cianbox rechazó las credenciales.'))
    expect(watcher.getSnapshot()).toMatchObject({
      status: 'error',
      error: 'Cianbox rechazó las credenciales.',
      connection: 'closed',
      problem: null,
    })
    expect(first.readyState).toBe(2)
  })

  it('falls back to the token in the URL where there is no ticket route, and does not try that route again', async () => {
    const watcher = watcherOf()
    watcher.start()
    const first = await source(1)
    expect(first.query.toString()).toBe('token=secreto')
    first.open(started())
    first.lose()
    expect((await source(2)).query.toString()).toBe('token=secreto&lastEventId=r7k2m9.1')
    expect(server.seen(TICKETS)).toHaveLength(1)
  })

  it('without a token requests no ticket; the cookie identifies the session', async () => {
    watcherOf({ getToken: () => null }).start()
    expect((await source(1)).query.toString()).toBe('')
    expect(server.requests).toHaveLength(0)
  })

  it('stops when the ticket is refused with 401', async () => {
    server.on(TICKETS, problem(401))
    const watcher = watcherOf()
    watcher.start()
    expect(await until(watcher, (s) => s.connection === 'closed')).toMatchObject({
      problem: { code: 'session_expired' },
    })
    expect(sources).toHaveLength(0)
  })

  it('repeats the start when only the ticket request failed, because no run was started', async () => {
    server.on(TICKETS, problem(502), json({ ticket: 't', expiresAt: '' }))
    server.on(RUNS, json(runList()))
    const watcher = watcherOf()
    watcher.start()
    expect((await source(1)).path).toBe('/api/cianbox/sync/products/stream')
  })

  it('requests the run when the stream is refused, because EventSource hides the reason', async () => {
    mintTickets()
    const watcher = watcherOf()
    watcher.watch(RUN_ID)
    ;(await source(1)).refuse()
    expect(await until(watcher, (s) => s.connection === 'closed')).toMatchObject({
      problem: { code: 'run_gone' },
    })
    expect(server.seen(`GET /api/cianbox/sync/runs/${RUN_ID}`)).toHaveLength(1)
  })

  it('retries when that request succeeds', async () => {
    mintTickets()
    server.on(`GET /api/cianbox/sync/runs/${RUN_ID}`, json({ id: RUN_ID, status: 'running' }))
    const watcher = watcherOf()
    watcher.watch(RUN_ID)
    ;(await source(1)).refuse()
    ;(await source(2)).open(started(), completed())
    expect(await until(watcher, (s) => s.connection === 'closed')).toMatchObject({ status: 'complete' })
  })

  it('closes the EventSource on close, and ignores its later events', async () => {
    mintTickets()
    const watcher = watcherOf()
    watcher.start()
    const first = await source(1)
    first.open(started())
    watcher.close()
    expect(first.readyState).toBe(2)
    first.open(completed())
    expect(watcher.getSnapshot()).toMatchObject({ status: 'running', connection: 'closed' })
  })

  it('opens no EventSource when it was closed while `getToken` was pending', async () => {
    let give = (_token: null) => {}
    const token = new Promise<null>((resolve) => {
      give = resolve
    })
    const watcher = watcherOf({ getToken: () => token })
    watcher.start()
    watcher.close()
    give(null)
    await new Promise((resolve) => setImmediate(resolve))
    expect(sources).toHaveLength(0)
  })

  it('includes the token in no problem, message or snapshot', async () => {
    const watcher = watcherOf()
    watcher.start()
    ;(await source(1)).lose()
    const snapshot = await until(watcher, (s) => s.problem !== null)
    expect(JSON.stringify(snapshot)).not.toContain('secreto')
  })
})
