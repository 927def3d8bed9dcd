import { applyRunEvent, EMPTY_RUN_VIEW, type StreamEvent } from '@espejo/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { useDatabase } from '../../../test/support/database.js'
import {
  addTenant,
  bearer,
  beginRun,
  namesOf,
  openStream,
  serveStreams,
  type TestServer,
  tokenOf,
  workOnRun,
} from '../../../test/support/stream.js'
import { withTenant } from '../../db/pool.js'

const database = useDatabase()
const servers = new Map<string, TestServer>()
let api: TestServer
let tenants = 0
/** A tenant of its own for each test. */
let tenant = ''

const WAYS = ['by the fast path', 'mounted in Express']

beforeAll(async () => {
  for (const way of WAYS) {
    const timing = { frameGapMs: 5, tickMs: 5, checkMs: 20 }
    servers.set(way, await serveStreams(database.pool, { timing, isMounted: way === 'mounted in Express' }))
  }
})
beforeEach(async () => {
  tenant = `tenant-${tenants++}`
  await addTenant(database.pool, tenant)
})
afterAll(() => Promise.all([...servers.values()].map((server) => server.close())))

const startUrl = () => `${api.url}/cianbox/sync/products/stream`
const eventsUrl = (runId: string) => `${api.url}/cianbox/sync/runs/${runId}/events`
const wake = (runId: string) => api.hub.wake([runId])
const begin = () => beginRun(database.pool, tenant, wake)

async function runIds(): Promise<string[]> {
  const { rows } = await withTenant(database.pool, tenant, (tx) => tx.query('SELECT run_id FROM app.runs'))
  return rows.map((row: { run_id: string }) => row.run_id)
}

describe.each(WAYS)('%s', (way) => {
  beforeAll(() => {
    api = servers.get(way) as TestServer
  })
  describe('the starting route', () => {
    it('starts a full run as the user, and streams it to its ending', async () => {
      const stream = await openStream(startUrl(), bearer(tenant))
      const start = await stream.event('start')
      const [runId = ''] = await runIds()
      expect(start.id).toBe(`${runId}.1`)
      expect(JSON.parse(start.data)).toMatchObject({ runId, mode: 'full', message: expect.any(String) })
      const run = await workOnRun(database.pool, tenant, runId, wake)
      await run.page()
      await stream.event('progress')
      await run.complete()
      await stream.over
      expect(namesOf(stream.events)).toEqual(['start', 'progress', 'complete'])
      const { rows } = await withTenant(database.pool, tenant, (tx) =>
        tx.query('SELECT started_by FROM app.runs'),
      )
      expect(rows).toEqual([{ started_by: `user-of-${tenant}` }])
    })

    it('joins the active run: two simultaneous requests watch the same one', async () => {
      const streams = await Promise.all([
        openStream(startUrl(), bearer(tenant)),
        openStream(startUrl(), bearer(tenant)),
      ])
      const ids = await Promise.all(streams.map(async (stream) => (await stream.event('start')).id))
      expect(ids[0]).toBe(ids[1])
      expect(await runIds()).toHaveLength(1)
      for (const stream of streams) stream.close()
    })

    it('has the headers that proxies need', async () => {
      const stream = await openStream(startUrl(), bearer(tenant))
      expect(stream.status).toBe(200)
      expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
      expect(stream.headers.get('cache-control')).toBe('no-cache, no-transform')
      expect(stream.headers.get('x-accel-buffering')).toBe('no')
      await stream.event('start')
      expect(stream.retries[0]).toBeGreaterThanOrEqual(1_000)
      stream.close()
    })

    it('starts no run for a reconnect, and continues with its run', async () => {
      const run = await begin()
      await run.page()
      const cursor = await run.page()
      const stream = await openStream(startUrl(), {
        ...bearer(tenant),
        'last-event-id': `${run.id}.${cursor}`,
      })
      await run.page()
      await run.complete()
      await stream.over
      expect(stream.events.map(({ id }) => id)).toEqual([
        `${run.id}.${cursor + 1}`,
        `${run.id}.${cursor + 2}`,
      ])
      expect(await runIds()).toEqual([run.id])
    })

    it('answers 204 to a viewer that has the ending, and starts no run', async () => {
      const run = await begin()
      await run.complete()
      for (const seq of [2, 3, 4_000]) {
        const stream = await openStream(startUrl(), {
          ...bearer(tenant),
          'last-event-id': `${run.id}.${seq}`,
        })
        expect(stream.status).toBe(204)
      }
      expect(await runIds()).toEqual([run.id])
    })

    it('continues the run of the cursor although another one is active', async () => {
      const old = await begin()
      await old.page()
      await old.complete()
      await begin()
      const stream = await openStream(`${startUrl()}?lastEventId=${old.id}.2`, bearer(tenant))
      await stream.over
      expect(stream.events.map(({ id }) => id)).toEqual([`${old.id}.3`])
    })

    it.each(['garbage', '"><script>', 'r.1; DROP TABLE app.runs', 'nobodys0run.3', '../../etc.1'])(
      'resets the unknown cursor %j, shows the active run, and starts no run',
      async (cursor) => {
        const run = await begin()
        await run.page()
        const stream = await openStream(
          `${startUrl()}?lastEventId=${encodeURIComponent(cursor)}`,
          bearer(tenant),
        )
        await stream.event('progress')
        expect(namesOf(stream.events)).toEqual(['reset', 'start', 'progress'])
        expect(stream.events[0]).toEqual({ event: 'reset', data: '{"reason":"unknown_cursor"}' })
        expect(await runIds()).toEqual([run.id])
        stream.close()
      },
    )

    it('resets a cursor past the end of the active run', async () => {
      const run = await begin()
      const stream = await openStream(startUrl(), { ...bearer(tenant), 'last-event-id': `${run.id}.900` })
      await stream.event('start')
      expect(namesOf(stream.events)).toEqual(['reset', 'start'])
      stream.close()
    })

    it("resets another tenant's cursor, and shows the newest run of the own tenant with its ending", async () => {
      const mine = await begin()
      await mine.fail('Cianbox rechazó las credenciales.')
      tenant = `${tenant}-b`
      await addTenant(database.pool, tenant)
      const theirs = await begin()
      const stream = await openStream(startUrl(), {
        ...bearer(mine.tenantId),
        'last-event-id': `${theirs.id}.1`,
      })
      await stream.over
      expect(namesOf(stream.events)).toEqual(['reset', 'start', 'error'])
      expect(stream.events[1]?.id).toBe(`${mine.id}.1`)
    })

    it('answers 204 to the cursor of a deleted run when the tenant has no run', async () => {
      const run = await begin()
      await run.complete()
      await withTenant(database.pool, tenant, (tx) => tx.query('DELETE FROM app.runs'))
      const stream = await openStream(startUrl(), { ...bearer(tenant), 'last-event-id': `${run.id}.1` })
      expect(stream.status).toBe(204)
      expect(await runIds()).toEqual([])
    })

    it('allows a user in role viewer to join but not to start', async () => {
      const refused = await fetch(startUrl(), { headers: bearer(tenant, 'viewer') })
      expect(refused.status).toBe(403)
      expect(await refused.json()).toMatchObject({ code: 'forbidden' })
      expect(await runIds()).toEqual([])
      const run = await begin()
      const stream = await openStream(startUrl(), bearer(tenant, 'viewer'))
      expect((await stream.event('start')).id).toBe(`${run.id}.1`)
      stream.close()
    })

    it('starts no run for HEAD, and answers as to GET', async () => {
      const answer = await fetch(startUrl(), { method: 'HEAD', headers: bearer(tenant) })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
      expect(await runIds()).toEqual([])
    })

    it('answers 406 and starts no run when a stream is not accepted', async () => {
      const answer = await fetch(startUrl(), { headers: { ...bearer(tenant), accept: 'application/json' } })
      expect(answer.status).toBe(406)
      expect(await runIds()).toEqual([])
    })
  })

  describe("a run's events as a stream", () => {
    it('begin for a late viewer with start and only the latest progress', async () => {
      const run = await begin()
      for (let page = 0; page < 30; page++) await run.page()
      const stream = await openStream(eventsUrl(run.id), bearer(tenant))
      await stream.event('progress')
      expect(stream.events.map(({ event, id }) => [event, id])).toEqual([
        ['start', `${run.id}.1`],
        ['progress', `${run.id}.31`],
      ])
      stream.close()
    })

    it('of an ended run are start, last progress and ending, and 204 afterwards', async () => {
      const run = await begin()
      await run.page()
      await run.page()
      await run.complete()
      const stream = await openStream(eventsUrl(run.id), bearer(tenant))
      await stream.over
      expect(namesOf(stream.events)).toEqual(['start', 'progress', 'complete'])
      const again = await openStream(eventsUrl(run.id), {
        ...bearer(tenant),
        'last-event-id': stream.events.at(-1)?.id ?? '',
      })
      expect(again.status).toBe(204)
    })

    it('include the ending after a burst, and reduce to the right view', async () => {
      const run = await begin()
      const streams = await Promise.all([0, 1, 2].map(() => openStream(eventsUrl(run.id), bearer(tenant))))
      for (let page = 0; page < 40; page++) await run.page()
      await run.complete()
      await Promise.all(streams.map((stream) => stream.over))
      for (const { events } of streams) {
        const seqs = events.map(({ id = '' }) => Number(id.split('.')[1]))
        expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
        const view = events
          .map(({ event, id, data }) => ({ event, id, data: JSON.parse(data) }) as StreamEvent)
          .reduce(applyRunEvent, EMPTY_RUN_VIEW)
        expect(view).toMatchObject({
          status: 'complete',
          lastEventId: `${run.id}.42`,
          progress: { page: 40 },
        })
      }
    })

    it("reset another run's cursor", async () => {
      const old = await begin()
      await old.complete()
      const run = await begin()
      const stream = await openStream(eventsUrl(run.id), {
        ...bearer(tenant),
        'last-event-id': `${old.id}.1`,
      })
      await stream.event('start')
      expect(namesOf(stream.events)).toEqual(['reset', 'start'])
      stream.close()
    })

    it.each(['missing0run', 'NOT-AN-ID', '%00', '%E2%80%A8', "x'--"])(
      'are 404 for the run %j',
      async (id) => {
        const answer = await fetch(eventsUrl(id), {
          headers: { ...bearer(tenant), accept: 'text/event-stream' },
        })
        expect(answer.status).toBe(404)
        expect(answer.headers.get('content-type')).toMatch('application/problem+json')
      },
    )

    it.each(['text/event-stream', 'application/x-ndjson', 'application/json'])(
      "are 404 for another tenant's run as %s",
      async (accept) => {
        const run = await begin()
        await addTenant(database.pool, 'stranger')
        const answer = await fetch(eventsUrl(run.id), { headers: { ...bearer('stranger'), accept } })
        expect(answer.status).toBe(404)
      },
    )

    it('contain hostile names only as data', async () => {
      const message = 'Taladro\r\n\r\nevent: complete\ndata: {"success":true}\n\n\u2028id: x'
      const run = await begin()
      await run.fail(message)
      const stream = await openStream(eventsUrl(run.id), bearer(tenant))
      await stream.over
      expect(namesOf(stream.events)).toEqual(['start', 'error'])
      expect(JSON.parse(stream.events[1]?.data ?? '')).toMatchObject({ message })
    })
  })

  describe("a run's events in other formats", () => {
    it('are the whole log as NDJSON', async () => {
      const run = await begin()
      for (let page = 0; page < 5; page++) await run.page()
      await run.complete()
      const read = async (query: string) => {
        const headers = { ...bearer(tenant), accept: 'application/x-ndjson' }
        const answer = await fetch(eventsUrl(run.id) + query, { headers })
        expect(answer.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8')
        const lines = (await answer.text()).split('\n')
        expect(lines.pop()).toBe('')
        return lines.map((line) => JSON.parse(line) as { id: string; event: string; data: object })
      }
      const all = await read('')
      expect(all.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7].map((seq) => `${run.id}.${seq}`))
      expect(namesOf(all).slice(-2)).toEqual(['progress', 'complete'])
      expect(all[6]?.data).toMatchObject({ success: true })
      expect(await read('?after=5')).toEqual(all.slice(5))
      expect(await read('?after=7')).toEqual([])
    })

    it.each(['-1', 'x', '1.5', '1&after=2'])('refuse after=%s', async (after) => {
      const run = await begin()
      const headers = { ...bearer(tenant), accept: 'application/x-ndjson' }
      const answer = await fetch(`${eventsUrl(run.id)}?after=${after}`, { headers })
      expect(answer.status).toBe(400)
    })

    it('are a snapshot as JSON', async () => {
      const run = await begin()
      await run.page()
      await run.page()
      const answer = await fetch(eventsUrl(run.id), {
        headers: { ...bearer(tenant), accept: 'application/json' },
      })
      const snapshot = (await answer.json()) as { events: { event: string }[] }
      expect(snapshot).toMatchObject({
        run: { id: run.id, status: 'running', page: 2 },
        lastEventId: `${run.id}.3`,
      })
      expect(namesOf(snapshot.events)).toEqual(['start', 'progress'])
    })

    it('are 406 in any other format', async () => {
      const run = await begin()
      const answer = await fetch(eventsUrl(run.id), { headers: { ...bearer(tenant), accept: 'image/png' } })
      expect(answer.status).toBe(406)
    })
  })

  describe('authentication', () => {
    it('accepts a token in the header, in the cookie, or in the URL as in the v0 contract', async () => {
      const run = await begin()
      await run.complete()
      const token = tokenOf(tenant)
      const ways = [
        fetch(eventsUrl(run.id), { headers: { authorization: `Bearer ${token}` } }),
        fetch(eventsUrl(run.id), { headers: { cookie: `session=${token}` } }),
        fetch(`${eventsUrl(run.id)}?token=${token}`),
        fetch(`${eventsUrl(run.id)}?token=null`, { headers: { cookie: `session=${token}` } }),
      ]
      for (const answer of await Promise.all(ways)) expect(answer.status).toBe(200)
    })

    it.each([
      ['nothing', '', {}],
      ['a bad header beside a good cookie', '', { authorization: 'Bearer nonsense' }],
      ['a bad ticket beside a good cookie', '?ticket=nonsense', {}],
      ['two tickets', '?ticket=a&ticket=b', {}],
      ['a bad token beside a good cookie', '?token=nonsense', {}],
      ['two tokens', '?token=a&token=b', {}],
    ])('refuses %s', async (what, query, headers) => {
      const run = await begin()
      const cookie: Record<string, string> =
        what === 'nothing' ? {} : { cookie: `session=${tokenOf(tenant)}` }
      const answer = await fetch(eventsUrl(run.id) + query, { headers: { ...cookie, ...headers } })
      expect(answer.status).toBe(401)
      expect(answer.headers.get('content-type')).toMatch('application/problem+json')
    })

    it("refuses the cookie from another site's page, and starts no run", async () => {
      const headers = { cookie: `session=${tokenOf(tenant)}`, 'sec-fetch-site': 'cross-site' }
      expect((await fetch(startUrl(), { headers })).status).toBe(403)
      expect(await runIds()).toEqual([])
    })
  })
})
