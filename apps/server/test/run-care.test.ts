import { afterEach, describe, expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { claimRun, SupersededError, settle, showLife } from '../src/runs/held-run.js'
import { cancelledEvent } from '../src/runs/messages.js'
import { applyRetention } from '../src/schedule/retention.js'
import { stateOf } from '../src/sync/ledger.js'
import { type LiveTenant, useLiveApp } from './support/live-app.js'
import { beginRun } from './support/stream.js'

/** No worker at all: only API processes. */
const live = useLiveApp({ worker: false })
const { app } = live
const HOUR = 3600

async function queued(name: string): Promise<{ tenant: LiveTenant; id: string }> {
  const tenant = await live.tenant(name)
  return { tenant, id: (await tenant.call('POST', '/api/cianbox/sync/runs')).json.id }
}

/** What the database says is as long ago as the test's clock has moved on: signs of life carry its time. */
async function age(tenantId: string, seconds: number) {
  await withTenant(app.database.pool, tenantId, (tx) =>
    tx.query('UPDATE app.runs SET alive_at = alive_at - make_interval(secs => $1)', [seconds]),
  )
}

describe('a run that no worker comes back for', () => {
  it('ends with worker_lost, once, and its late worker commits nothing', async () => {
    const { tenant, id } = await queued('lost')
    const held = await claimRun(app.database.pool, 'lost', id)
    if (!held) throw new Error('not claimed')
    await age('lost', 14 * 60)
    await live.tend()
    expect((await tenant.runs())[0]?.status).toBe('running')

    await age('lost', 2 * 60)
    await Promise.all([live.tend(), live.tend(await live.node())])
    expect((await tenant.runs())[0]).toMatchObject({ status: 'error', error: { code: 'worker_lost' } })
    const log = await tenant.call('GET', `/api/cianbox/sync/runs/${id}`)
    expect(log.json.error.message).toContain('queda guardado')
    const late = settle(app.database.pool, held, {
      trigger: 'cancel',
      state: stateOf(held),
      event: cancelledEvent(live.now()),
    })
    await expect(late).rejects.toThrow(SupersededError)
    expect(await endings('lost', id)).toEqual(['error'])
    expect((await tenant.call('POST', '/api/cianbox/sync/runs')).status).toBe(201)
  })

  it('is left alone while its worker shows life', async () => {
    const { tenant, id } = await queued('alive')
    const held = await claimRun(app.database.pool, 'alive', id)
    if (!held) throw new Error('not claimed')
    await age('alive', HOUR)
    await showLife(app.database.pool, held)
    await live.tend()
    expect((await tenant.runs())[0]?.status).toBe('running')
  })

  it('ends too when no worker has come for a day, and not a paused one', async () => {
    const { tenant } = await queued('queued')
    const { tenant: paused, id } = await queued('paused')
    await paused.call('POST', `/api/cianbox/sync/runs/${id}/pause`)
    for (const name of ['queued', 'paused']) await age(name, 25 * HOUR)
    await live.tend()
    expect((await tenant.runs())[0]).toMatchObject({ status: 'error', error: { code: 'worker_lost' } })
    expect((await paused.runs())[0]?.status).toBe('paused')

    // One that waited paused for long has its day in the queue all the same.
    await paused.call('POST', `/api/cianbox/sync/runs/${id}/resume`)
    await live.tend()
    expect((await paused.runs())[0]?.status).toBe('queued')
  })
})

describe('retention', () => {
  const count = (tenantId: string, table: string) =>
    withTenant(app.database.pool, tenantId, async (tx) => {
      const { rows } = await tx.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)
      return rows[0]?.n
    })
  const apply = (changesDays = 180) => applyRetention(app.database.pool, { changesDays }, live.now())
  const outdate = (tenantId: string, sql: string) =>
    withTenant(app.database.pool, tenantId, (tx) => tx.query(sql))

  afterEach(() => outdate('kept', 'DELETE FROM app.runs'))

  async function endedRun() {
    await live.tenant('kept').catch(() => undefined)
    const run = await beginRun(app.database.pool, 'kept')
    for (let i = 0; i < 20; i++) await run.page()
    await run.complete()
    return run.id
  }

  it('keeps of an old log its start, its last progress and its ending, and of a young one everything', async () => {
    const old = await endedRun()
    await outdate('kept', `UPDATE app.runs SET ended_at = ended_at - interval '31 days'`)
    const young = await endedRun()
    await apply()
    const left = await withTenant(app.database.pool, 'kept', async (tx) => {
      const { rows } = await tx.query<{ id: string; seqs: number[] }>(
        'SELECT run_id AS id, array_agg(seq::int ORDER BY seq) AS seqs FROM app.run_events GROUP BY 1',
      )
      return new Map(rows.map(({ id, seqs }) => [id, seqs]))
    })
    expect(left.get(old)).toEqual([1, 21, 22])
    expect(left.get(young)).toHaveLength(22)
  })

  it('drops a run after a year, with all that hangs on it', async () => {
    await endedRun()
    await outdate(
      'kept',
      `UPDATE app.runs SET created_at = created_at - interval '366 days', ended_at = ended_at - interval '366 days'`,
    )
    await apply()
    expect([await count('kept', 'app.runs'), await count('kept', 'app.run_events')]).toEqual([0, 0])
  })

  it('drops changes after as many days as were set', async () => {
    await live.tenant('kept').catch(() => undefined)
    await outdate(
      'kept',
      `INSERT INTO catalog.product_changes (tenant_id, run_id, cianbox_id, kind, changed_at)
       SELECT 'kept', 'r', i, 'created', now() - make_interval(days => i, hours => 1) FROM generate_series(20, 1, -1) AS i`,
    )
    await apply(10)
    expect(await count('kept', 'catalog.product_changes')).toBe(9)
  })

  it('drops used tickets once they have expired', async () => {
    await live.tenant('kept').catch(() => undefined)
    await outdate(
      'kept',
      `INSERT INTO app.used_tickets VALUES ('kept', 'a', now() - interval '2 days'), ('kept', 'b', now() + interval '9 days')`,
    )
    await apply()
    expect(await count('kept', 'app.used_tickets')).toBe(1)
  })
})

async function endings(tenantId: string, runId: string): Promise<string[]> {
  return withTenant(app.database.pool, tenantId, async (tx) => {
    const { rows } = await tx.query<{ event: string }>(
      `SELECT event FROM app.run_events WHERE run_id = $1 AND event IN ('complete', 'error')`,
      [runId],
    )
    return rows.map(({ event }) => event)
  })
}
