import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { useDatabase } from '../../test/support/database.js'
import {
  addTenant,
  bearer,
  beginRun,
  namesOf,
  type OpenStream,
  openStream,
  serveStreams,
  type TestServer,
  tokenOf,
} from '../../test/support/stream.js'
import { withTenant } from '../db/pool.js'
import type { HubOptions, HubTiming } from './hub-options.js'
import { createTailReader } from './tail-reader.js'
import { createWakeups, type Wakeups } from './wakeups.js'

const database = useDatabase()
const servers: TestServer[] = []
const wakeups: Wakeups[] = []
let tenants = 0
let tenant = ''

/** Short intervals, and no polls: events arrive by wake-ups only, unless a test sets `pollMs`. */
const QUICK: Partial<HubTiming> = { frameGapMs: 5, tickMs: 5, checkMs: 10, pollMs: 3_600_000 }

beforeEach(async () => {
  tenant = `tenant-${tenants++}`
  await addTenant(database.pool, tenant)
})
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
  await Promise.all(wakeups.splice(0).map((one) => one.close()))
})

async function serve(options: Partial<HubOptions> = {}): Promise<TestServer> {
  const server = await serveStreams(database.pool, { ...options, timing: { ...QUICK, ...options.timing } })
  servers.push(server)
  return server
}

function watch(server: TestServer, runId: string, headers = bearer(tenant), query = ''): Promise<OpenStream> {
  return openStream(`${server.url}/cianbox/sync/runs/${runId}/events${query}`, headers)
}

describe('two viewers of a run', () => {
  it('share each read of the log', async () => {
    const reads: number[] = []
    const readTail = createTailReader({ pool: database.pool, gapMs: 1 })
    const server = await serve({
      read: (request) => {
        reads.push(request.afterSeq)
        return readTail(request)
      },
    })
    const run = await beginRun(database.pool, tenant, (id) => server.hub.wake([id]))
    const streams = await Promise.all([watch(server, run.id), watch(server, run.id), watch(server, run.id)])
    await Promise.all(streams.map((stream) => stream.event('start')))
    await run.page()
    await Promise.all(streams.map((stream) => stream.event('progress')))
    await run.complete()
    await Promise.all(streams.map((stream) => stream.over))
    expect(reads).toEqual([0, 1, 2])
  })

  it('cause no read when they join a run that is watched already', async () => {
    let reads = 0
    const readTail = createTailReader({ pool: database.pool, gapMs: 1 })
    const server = await serve({
      read: (request) => {
        reads += 1
        return readTail(request)
      },
    })
    const run = await beginRun(database.pool, tenant)
    await watch(server, run.id)
    for (let i = 0; i < 20; i++) {
      const late = await watch(server, run.id)
      await late.event('start')
    }
    expect(reads).toBe(1)
    expect(server.hub.stats()).toEqual({ viewers: 21, runs: 1 })
  })
})

describe('a new event', () => {
  it('arrives from another process by its wake-ups', async () => {
    const [worker, listener] = [aProcess(), aProcess()]
    const server = await serve()
    listener.listen(server.hub.wake)
    const run = await beginRun(database.pool, tenant, worker.touch)
    const stream = await watch(server, run.id)
    await stream.event('start')
    await run.page()
    await stream.event('progress')
    await run.complete()
    await stream.over
    expect(namesOf(stream.events).at(-1)).toBe('complete')
  })

  it('arrives without wake-ups too, by a poll', async () => {
    const server = await serve({ timing: { pollMs: 30 } })
    const run = await beginRun(database.pool, tenant)
    const stream = await watch(server, run.id)
    await stream.event('start')
    await run.page()
    await stream.event('progress')
    await run.complete()
    await stream.over
    expect(namesOf(stream.events)).toEqual(['start', 'progress', 'complete'])
  })

  it('arrives after the listening connection was lost and restored', async () => {
    const [worker, listener] = [aProcess(), aProcess()]
    const server = await serve()
    listener.listen(server.hub.wake)
    const run = await beginRun(database.pool, tenant, worker.touch)
    const stream = await watch(server, run.id)
    await stream.event('start')
    await withOwner(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'espejo wake-ups'",
    )
    await run.complete()
    await stream.over
    expect(namesOf(stream.events)).toEqual(['start', 'complete'])
  })

  it('arrives once a failing database works again', async () => {
    const readTail = createTailReader({ pool: database.pool, gapMs: 1 })
    const errors: Error[] = []
    let isBroken = false
    const server = await serve({
      timing: { pollMs: 20 },
      read: async (request) => {
        const tail = await readTail(request)
        // A read that was under way when the database failed fails too.
        if (isBroken) throw new Error('no database')
        return tail
      },
      onError: (error) => void errors.push(error),
    })
    const run = await beginRun(database.pool, tenant)
    const stream = await watch(server, run.id)
    await stream.event('start')
    isBroken = true
    await run.complete()
    await expect.poll(() => errors.length).toBeGreaterThan(2)
    expect(stream.isOver()).toBe(false)
    isBroken = false
    await stream.over
    expect(namesOf(stream.events)).toEqual(['start', 'complete'])
  })

  it('reaches a viewer whose cursor is past what this process has read', async () => {
    const server = await serve()
    const run = await beginRun(database.pool, tenant)
    const early = await watch(server, run.id)
    await early.event('start')
    const seq = await run.page()
    // The viewer was on another node, and has a page that this process has not read yet.
    const late = await watch(server, run.id, { ...bearer(tenant), 'last-event-id': `${run.id}.${seq}` })
    await run.complete()
    server.hub.wake([run.id])
    await late.over
    expect(namesOf(late.events)).toEqual(['complete'])
  })

  it('is `drain` when the run was deleted', async () => {
    const server = await serve()
    const run = await beginRun(database.pool, tenant)
    const stream = await watch(server, run.id)
    await stream.event('start')
    await withTenant(database.pool, tenant, (tx) => tx.query('DELETE FROM app.runs'))
    server.hub.wake('all')
    await stream.over
    expect(namesOf(stream.events)).toEqual(['start', 'drain'])
  })
})

describe('a viewer that reads nothing', () => {
  it('takes one write, is disconnected, and gets the ending when it reconnects; another viewer gets every event', async () => {
    const server = await serve({ timing: { stallMs: 300 } })
    const sockets: Socket[] = []
    server.server.on('connection', (socket) => sockets.push(socket))
    const run = await beginRun(database.pool, tenant, (id) => server.hub.wake([id]))
    const stalled = await openAndIgnore(server, run.id)
    const reading = await watch(server, run.id)
    await reading.event('start')
    // Frames large enough to fill the buffers that the operating system has for a client that does not read.
    const big = { waiting: { reason: 'backoff', until: 'x'.repeat(400_000) } } as const
    let most = 0
    while (server.hub.stats().viewers === 2) {
      const seq = await run.page(big)
      await expect.poll(() => reading.events.at(-1)?.id).toBe(`${run.id}.${seq}`)
      most = Math.max(most, ...sockets.map((socket) => socket.writableLength))
    }
    expect(most).toBeGreaterThan(0)
    expect(most).toBeLessThan(2 * 400_000)
    expect(stalled.destroyed || reading.isOver()).toBe(false)
    await run.complete()
    await reading.over
    expect(namesOf(reading.events).at(-1)).toBe('complete')
    const returned = await watch(server, run.id, { ...bearer(tenant), 'last-event-id': `${run.id}.1` })
    await returned.over
    expect(namesOf(returned.events)).toEqual(['progress', 'complete'])
    stalled.destroy()
  })
})

describe('pings', () => {
  it('have a name and the time, and no id, which would move the cursor', async () => {
    const server = await serve({ timing: { pingMs: 20 } })
    const run = await beginRun(database.pool, tenant)
    const stream = await watch(server, run.id)
    await expect.poll(() => stream.pings.length).toBeGreaterThan(2)
    for (const { id, data } of stream.pings) {
      expect(id).toBeUndefined()
      expect(Date.parse((JSON.parse(data) as { timestamp: string }).timestamp)).not.toBeNaN()
    }
  })
})

describe('a stream', () => {
  it('ends with `drain` when its session expires, and a reconnect gets 401', async () => {
    let now = new Date()
    const server = await serve({ now: () => now })
    const run = await beginRun(database.pool, tenant)
    const headers = bearer(tenant, 'operator', now.getTime() + 60_000)
    const stream = await watch(server, run.id, headers)
    await stream.event('start')
    now = new Date(now.getTime() + 60_000)
    await stream.over
    expect(namesOf(stream.events)).toEqual(['start', 'drain'])
    expect((await watch(server, run.id, headers)).status).toBe(401)
  })

  it('ends when a check finds its session invalid; other streams continue', async () => {
    const gone = new Set<string>()
    const server = await serve({
      isSessionLive: async ({ tenantId }) => !gone.has(tenantId),
      timing: { recheckMs: 20 },
    })
    const run = await beginRun(database.pool, tenant)
    const other = `${tenant}-b`
    await addTenant(database.pool, other)
    const otherRun = await beginRun(database.pool, other)
    const stream = await watch(server, run.id)
    const otherStream = await watch(server, otherRun.id, bearer(other))
    await Promise.all([stream.event('start'), otherStream.event('start')])
    gone.add(tenant)
    await stream.over
    expect(namesOf(stream.events)).toEqual(['start', 'drain'])
    expect(otherStream.isOver()).toBe(false)
  })

  it('ends at a logout', async () => {
    const server = await serve()
    const run = await beginRun(database.pool, tenant)
    const stream = await watch(server, run.id)
    await stream.event('start')
    expect(server.hub.endSessions(({ userId }) => userId === 'nobody')).toBe(0)
    expect(server.hub.endSessions(({ userId }) => userId === `user-of-${tenant}`)).toBe(1)
    await stream.over
    expect(namesOf(stream.events).at(-1)).toBe('drain')
  })

  it('that its client closes is removed', async () => {
    const server = await serve({ timing: { lingerMs: 0 } })
    const run = await beginRun(database.pool, tenant)
    const stream = await watch(server, run.id)
    await stream.event('start')
    stream.close()
    await expect.poll(() => server.hub.stats()).toEqual({ viewers: 0, runs: 0 })
  })
})

describe('a drain', () => {
  it('sends each viewer its own retry delay, and closes the streams over the given time', async () => {
    const server = await serve()
    const run = await beginRun(database.pool, tenant)
    const streams = await Promise.all(Array.from({ length: 20 }, () => watch(server, run.id)))
    await Promise.all(streams.map((stream) => stream.event('start')))
    const left: number[] = []
    const drained = server.hub.drain(300)
    while (server.hub.stats().viewers > 0) {
      left.push(server.hub.stats().viewers)
      await new Promise(setImmediate)
    }
    await drained
    await Promise.all(streams.map((stream) => stream.over))
    expect(new Set(left).size).toBeGreaterThan(5)
    const delays = streams.map(({ events, retries }) => {
      const { retryMs } = JSON.parse(events.at(-1)?.data ?? '') as { retryMs: number }
      expect(events.at(-1)?.event).toBe('drain')
      expect(retries.at(-1)).toBe(retryMs)
      return retryMs
    })
    expect(new Set(delays).size).toBeGreaterThan(10)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(1_000)
    expect(Math.max(...delays)).toBeLessThanOrEqual(5_000)
    const refused = await fetch(`${server.url}/cianbox/sync/runs/${run.id}/events`, {
      headers: bearer(tenant),
    })
    expect(refused.status).toBe(503)
    expect(await refused.json()).toMatchObject({ code: 'draining' })
  })
})

describe('a viewer that acquired its slot just before a drain', () => {
  it('gets `drain` too', async () => {
    const readTail = createTailReader({ pool: database.pool, gapMs: 1 })
    const held = new EventTarget()
    let isAsked = false
    const server = await serve({
      read: async (request) => {
        isAsked = true
        await once(held, 'go')
        return readTail(request)
      },
    })
    const run = await beginRun(database.pool, tenant)
    const opening = watch(server, run.id)
    await expect.poll(() => isAsked).toBe(true)
    const drained = server.hub.drain(0)
    held.dispatchEvent(new Event('go'))
    const stream = await opening
    await Promise.all([drained, stream.over])
    expect(namesOf(stream.events)).toEqual(['start', 'drain'])
  })
})

describe('viewer limits', () => {
  it('are 503 with Retry-After when reached, and allow a new viewer once one has left', async () => {
    const server = await serve({ viewersPerTenant: 2, viewersPerProcess: 3 })
    const run = await beginRun(database.pool, tenant)
    const first = await watch(server, run.id)
    const second = await watch(server, run.id)
    expect(second.status).toBe(200)
    const ask = (who: string, path: string) =>
      fetch(`${server.url}/cianbox/sync/${path}`, { headers: bearer(who) })
    const refused = await ask(tenant, `runs/${run.id}/events`)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(await refused.json()).toMatchObject({ code: 'viewers_tenant_full' })

    const other = `${tenant}-b`
    await addTenant(database.pool, other)
    const otherStream = await openStream(`${server.url}/cianbox/sync/products/stream`, bearer(other))
    await otherStream.event('start')
    const third = `${tenant}-c`
    await addTenant(database.pool, third)
    expect(await (await ask(third, 'products/stream')).json()).toMatchObject({ code: 'viewers_full' })
    const { rows } = await withTenant(database.pool, third, (tx) => tx.query('SELECT 1 FROM app.runs'))
    expect(rows, 'a refused request has started nothing').toEqual([])

    first.close()
    await expect.poll(() => server.hub.stats().viewers).toBe(2)
    expect((await watch(server, run.id)).status).toBe(200)
  })

  it('do not count a request that opens no stream', async () => {
    const server = await serve({ viewersPerTenant: 1 })
    const run = await beginRun(database.pool, tenant)
    for (let i = 0; i < 3; i++) {
      expect((await watch(server, 'missing')).status).toBe(404)
      const head = await fetch(`${server.url}/cianbox/sync/runs/${run.id}/events`, {
        method: 'HEAD',
        headers: { ...bearer(tenant), accept: 'text/event-stream' },
      })
      expect(head.status).toBe(200)
    }
    expect((await watch(server, run.id)).status).toBe(200)
  })
})

function aProcess(): Wakeups {
  const onError = () => undefined
  const one = createWakeups({ pool: database.pool, listenTo: database.url, onError, coalesceMs: 10 })
  wakeups.push(one)
  return one
}

/** Opens a stream on a socket, and reads nothing after its beginning. */
async function openAndIgnore(server: TestServer, runId: string): Promise<Socket> {
  const { hostname, port, pathname } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.write(
    `GET ${pathname}/cianbox/sync/runs/${runId}/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n` +
      `Authorization: Bearer ${tokenOf(tenant)}\r\n\r\n`,
  )
  await once(socket, 'readable')
  return socket
}

async function withOwner(sql: string): Promise<void> {
  const owner = new pg.Client({ connectionString: database.url })
  await owner.connect()
  await owner.query(sql)
  await owner.end()
}
