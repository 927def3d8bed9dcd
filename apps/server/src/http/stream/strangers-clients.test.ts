import { setTimeout as delay } from 'node:timers/promises'
import { fetchEventSource } from '@microsoft/fetch-event-source'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { useDatabase } from '../../../test/support/database.js'
import {
  addTenant,
  bearer,
  openStream,
  serveStreams,
  type TestServer,
  workOnRun,
} from '../../../test/support/stream.js'
import { withTenant } from '../../db/pool.js'

/** Clients that know neither cursors nor this project's hooks. None of them starts run after run. */
const database = useDatabase()
let api: TestServer
let tenants = 0
let tenant = ''
let at = 0

beforeAll(async () => {
  const timing = { frameGapMs: 0, tickMs: 5, retryFromMs: 20, retryToMs: 40 }
  api = await serveStreams(database.pool, { timing, ticks: () => performance.now() + at })
})
beforeEach(async () => {
  tenant = `stranger-${tenants++}`
  await addTenant(database.pool, tenant)
})
afterAll(() => api.close())

const open = () => openStream(`${api.url}/cianbox/sync/products/stream`, bearer(tenant))
const wake = (runId: string) => api.hub.wake([runId])

async function runs(): Promise<{ run_id: string; status: string }[]> {
  const { rows } = await withTenant(database.pool, tenant, (tx) =>
    tx.query('SELECT run_id, status FROM app.runs ORDER BY created_at, run_id'),
  )
  return rows
}

/** Completes the active run, if there is one. */
async function completeRun(): Promise<void> {
  const active = (await runs()).find(({ status }) => status === 'queued')
  if (!active) return
  const run = await workOnRun(database.pool, tenant, active.run_id, wake)
  await run.page()
  await run.complete()
}

/** Opens the stream, and closes it at its first event. */
async function abandon(): Promise<void> {
  const stream = await open()
  await stream.event('start')
  stream.close()
  await expect.poll(() => api.hub.stats().viewers).toBe(0)
}

/** Opens the stream, and reads it to its ending. */
async function readAll(): Promise<string | undefined> {
  const stream = await open()
  await stream.event('start')
  await completeRun()
  await stream.over
  await expect.poll(() => api.hub.stats().viewers).toBe(0)
  return stream.events.at(-1)?.id?.split('.')[0]
}

describe('@microsoft/fetch-event-source with JSON.parse in onmessage', () => {
  it('opens one connection and starts one run', async () => {
    const client = new AbortController()
    // The client is made for browsers.
    vi.stubGlobal('window', globalThis)
    vi.stubGlobal('document', new EventTarget())
    onTestFinished(() => {
      client.abort()
      vi.unstubAllGlobals()
    })
    let connections = 0
    const received: string[] = []
    const sync = fetchEventSource(`${api.url}/cianbox/sync/products/stream`, {
      headers: bearer(tenant),
      openWhenHidden: true,
      signal: client.signal,
      fetch: (input, init) => {
        connections += 1
        return fetch(input, init)
      },
      onmessage({ event, data }) {
        JSON.parse(data)
        received.push(event)
      },
      onerror: () => 20,
    })
    let isOver = false
    void sync.finally(() => {
      isOver = true
    })
    while (!isOver && connections < 10) {
      await completeRun()
      await delay(50)
    }
    expect(received[0]).toBe('start')
    expect(received.at(-1)).toBe('complete')
    expect({ connections, runs: (await runs()).length }).toEqual({ connections: 1, runs: 1 })
  })
})

describe('a client without a cursor', () => {
  it('that missed the ending of its run is shown it, and starts a run the next time', async () => {
    await abandon()
    await completeRun()
    const [first] = await runs()
    expect(await readAll()).toBe(first?.run_id)
    expect(await runs()).toHaveLength(1)
    expect(await readAll()).not.toBe(first?.run_id)
    expect(await runs()).toHaveLength(2)
  })

  it('that missed it and comes back later starts a run', async () => {
    await abandon()
    await completeRun()
    at += 15_000
    await readAll()
    expect(await runs()).toHaveLength(2)
  })

  it('that missed it joins the run that another user has started since', async () => {
    await abandon()
    await completeRun()
    const other = await openStream(`${api.url}/cianbox/sync/products/stream`, {
      authorization: bearer(tenant).authorization?.replace('user-of', 'another-of') ?? '',
    })
    const { id } = await other.event('start')
    const stream = await open()
    expect((await stream.event('start')).id).toBe(id)
    stream.close()
    other.close()
  })

  it('that abandons every stream starts two runs and no more, until it pauses', async () => {
    for (let i = 0; i < 15; i++) {
      await abandon()
      await completeRun()
    }
    expect(await runs()).toHaveLength(2)
    at += 15_000
    await readAll()
    expect(await runs()).toHaveLength(3)
  })

  it('that opens twenty streams, six at a time, starts one run', async () => {
    const first = await Promise.all(Array.from({ length: 6 }, open))
    for (const stream of first) await stream.event('start')
    await completeRun()
    await Promise.all(first.map(({ over }) => over))
    const queued = await Promise.all(Array.from({ length: 14 }, open))
    await Promise.all(queued.map(({ over }) => over))
    expect(queued.every(({ events }) => events.at(-1)?.event === 'complete')).toBe(true)
    expect(await runs()).toHaveLength(1)
  })

  it('that reads each run to its ending starts as many as it requests', async () => {
    for (let i = 0; i < 8; i++) await readAll()
    expect(await runs()).toHaveLength(8)
  })
})
