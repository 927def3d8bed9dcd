import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ensureTenant } from '../src/accounts/account-store.js'
import { readDatabaseClock } from '../src/db/database-clock.js'
import { withMaintenance, withTenant } from '../src/db/pool.js'
import { oncePerCluster } from '../src/maintenance/periodic-task.js'
import { applyRetention } from '../src/maintenance/retention.js'
import { reportPresence } from '../src/maintenance/worker-presence.js'
import { claimRun, endRun, SupersededError, writeHeartbeat } from '../src/runs/held-run.js'
import { cancelledEvent } from '../src/runs/pure/messages.js'
import { stateOf } from '../src/sync/pure/ledger.js'
import { type LiveTenant, useLiveApp } from './support/live-app.js'
import { beginRun } from './support/stream.js'

/** Without a worker: only API processes. */
const live = useLiveApp({ worker: false })
const { app } = live
const MINUTE = 60
const HOUR = 60 * MINUTE

async function queued(name: string): Promise<{ tenant: LiveTenant; id: string }> {
  const tenant = await live.tenant(name)
  return { tenant, id: (await tenant.call('POST', '/api/cianbox/sync/runs')).json.id }
}

/** Moves the last heartbeat of a run back by this time. */
async function age(tenantId: string, seconds: number) {
  await withTenant(app.database.pool, tenantId, (tx) =>
    tx.query('UPDATE app.runs SET alive_at = alive_at - make_interval(secs => $1)', [seconds]),
  )
}

/** Records that a worker process has been present for this time until now; null: none is present. */
async function presence(seconds: number | null) {
  await withMaintenance(app.database.pool, (tx) =>
    tx.query(
      `UPDATE app.worker_presence SET present_since = now() - make_interval(secs => $1),
              seen_at = now() - make_interval(secs => $2)`,
      [seconds ?? 48 * HOUR, seconds === null ? 40 : 0],
    ),
  )
}

async function openJobs(tenantId: string): Promise<{ id: string; runId: string }[]> {
  const { rows } = await app.database.pool.query<{ id: string; runId: string }>(
    `SELECT id, data ->> 'runId' AS "runId" FROM pgboss.job WHERE singleton_key = $1 AND state <= 'active'`,
    [tenantId],
  )
  return rows
}

const loseJob = (tenantId: string) =>
  app.database.pool.query('DELETE FROM pgboss.job WHERE singleton_key = $1', [tenantId])

describe('a stale run while a worker is present', () => {
  beforeEach(() => presence(HOUR))

  it('gets a new job when its job is gone, and ends once after five jobs that no worker claimed', async () => {
    const { tenant, id } = await queued('lost')
    const held = await claimRun(app.database.pool, 'lost', id)
    if (!held) throw new Error('not claimed')
    const other = await live.node()
    for (let i = 0; i < 5; i++) {
      await loseJob('lost')
      await age('lost', 2 * MINUTE)
      await Promise.all([live.recover(), live.recover(other)])
      expect((await tenant.runs())[0]?.status).toBe('running')
      expect((await openJobs('lost')).map(({ runId }) => runId)).toEqual([id])
    }
    await loseJob('lost')
    await age('lost', 2 * MINUTE)
    await Promise.all([live.recover(), live.recover(other)])
    expect((await tenant.runs())[0]).toMatchObject({ status: 'error', error: { code: 'worker_lost' } })
    const log = await tenant.call('GET', `/api/cianbox/sync/runs/${id}`)
    expect(log.json.error.message).toContain('queda guardado')
    const late = endRun(app.database.pool, held, {
      trigger: 'cancel',
      state: stateOf(held),
      event: cancelledEvent(live.now()),
    })
    await expect(late).rejects.toThrow(SupersededError)
    expect(await endings('lost', id)).toEqual(['error'])
    expect((await tenant.call('POST', '/api/cianbox/sync/runs')).status).toBe(201)
  })

  it('gets five jobs again once a worker has claimed it', async () => {
    const { tenant, id } = await queued('claimed')
    for (let i = 0; i < 12; i++) {
      if (i % 4 === 0) await claimRun(app.database.pool, 'claimed', id)
      await loseJob('claimed')
      await age('claimed', 2 * MINUTE)
      await live.recover()
    }
    expect((await tenant.runs())[0]?.status).toBe('running')
    expect(await openJobs('claimed')).toHaveLength(1)
  })

  it('gets a new job when a worker has held the old one for 15 minutes without a heartbeat', async () => {
    const { id } = await queued('held')
    await claimRun(app.database.pool, 'held', id)
    await app.database.pool.query(
      `UPDATE pgboss.job SET state = 'active', started_on = now(), heartbeat_on = now() WHERE singleton_key = 'held'`,
    )
    const [old] = await openJobs('held')
    await age('held', 14 * MINUTE)
    await live.recover()
    expect(await openJobs('held')).toEqual([old])
    await age('held', 2 * MINUTE)
    await live.recover()
    const [job, ...rest] = await openJobs('held')
    expect([job?.runId, rest]).toEqual([id, []])
    expect(job?.id).not.toBe(old?.id)
  })

  it('is not touched while its worker sends heartbeats', async () => {
    const { tenant, id } = await queued('alive')
    const held = await claimRun(app.database.pool, 'alive', id)
    if (!held) throw new Error('not claimed')
    await loseJob('alive')
    await age('alive', HOUR)
    await writeHeartbeat(app.database.pool, held)
    await live.recover()
    expect((await tenant.runs())[0]?.status).toBe('running')
    expect(await openJobs('alive')).toEqual([])
  })

  it('ends when it has been queued for a day; a paused run does not', async () => {
    const { tenant } = await queued('queued')
    const { tenant: paused, id } = await queued('paused')
    await paused.call('POST', `/api/cianbox/sync/runs/${id}/pause`)
    for (const name of ['queued', 'paused']) await age(name, 25 * HOUR)
    await live.recover()
    expect((await tenant.runs())[0]?.status).toBe('queued')
    await presence(25 * HOUR)
    await live.recover()
    expect((await tenant.runs())[0]).toMatchObject({ status: 'error', error: { code: 'worker_lost' } })
    expect((await paused.runs())[0]?.status).toBe('paused')

    // A run that was paused for long has a whole day in the queue as well.
    await paused.call('POST', `/api/cianbox/sync/runs/${id}/resume`)
    await live.recover()
    expect((await paused.runs())[0]?.status).toBe('queued')
  })
})

describe('a run while no worker is present', () => {
  it('waits without limit, and a minute more once a worker is present', async () => {
    const { tenant, id } = await queued('alone')
    await claimRun(app.database.pool, 'alone', id)
    await loseJob('alone')
    await age('alone', 25 * HOUR)
    for (const there of [null, 0, 50]) {
      await presence(there)
      await live.recover()
      expect((await tenant.runs())[0]?.status).toBe('running')
      expect(await openJobs('alone')).toEqual([])
    }
    await presence(70)
    await live.recover()
    expect(await openJobs('alone')).toHaveLength(1)
  })
})

describe('the presence of workers', () => {
  const presentFor = () =>
    withMaintenance(app.database.pool, async (tx) => {
      const { rows } = await tx.query<{ seconds: number }>(
        'SELECT extract(epoch FROM now() - present_since)::float8 AS seconds FROM app.worker_presence',
      )
      return rows[0]?.seconds
    })

  it('lasts while reports follow each other, and starts anew after a break or a clock that was set back', async () => {
    await presence(HOUR)
    await reportPresence(app.database.pool)
    expect(await presentFor()).toBeGreaterThanOrEqual(HOUR)
    for (const seenAt of [`now() - interval '31 seconds'`, `now() + interval '1 hour'`]) {
      await presence(HOUR)
      await withMaintenance(app.database.pool, (tx) =>
        tx.query(`UPDATE app.worker_presence SET seen_at = ${seenAt}`),
      )
      await reportPresence(app.database.pool)
      expect(await presentFor()).toBeLessThan(HOUR)
    }
  })
})

const apply = (changesDays = 180) => applyRetention(app.database.pool, { changesDays }, readDatabaseClock)

describe('retention', () => {
  const count = (tenantId: string, table: string) =>
    withTenant(app.database.pool, tenantId, async (tx) => {
      const { rows } = await tx.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)
      return rows[0]?.n
    })
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

  it('trims an old log to its start, last progress and ending, and keeps a recent log whole', async () => {
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

  it('deletes a run after a year, with all its rows', async () => {
    await endedRun()
    await outdate(
      'kept',
      `UPDATE app.runs SET created_at = created_at - interval '366 days', ended_at = ended_at - interval '366 days'`,
    )
    await apply()
    expect([await count('kept', 'app.runs'), await count('kept', 'app.run_events')]).toEqual([0, 0])
  })

  it('deletes changes after the configured number of days', async () => {
    await live.tenant('kept').catch(() => undefined)
    await outdate(
      'kept',
      `INSERT INTO catalog.product_changes (tenant_id, run_id, cianbox_id, kind, changed_at)
       SELECT 'kept', 'r', i, 'created', now() - make_interval(days => i, hours => 1) FROM generate_series(20, 1, -1) AS i`,
    )
    await apply(10)
    expect(await count('kept', 'catalog.product_changes')).toBe(9)
  })

  it('deletes in batches until no expired row is left', async () => {
    await live.tenant('kept').catch(() => undefined)
    await outdate(
      'kept',
      `INSERT INTO app.runs (tenant_id, run_id, mode, status, created_at, ended_at)
       SELECT 'kept', 'old' || i, 'full', 'complete', now() - interval '40 days', now() - interval '40 days'
         FROM generate_series(1, 120) AS i`,
    )
    await outdate('kept', 'DELETE FROM catalog.product_changes')
    await outdate(
      'kept',
      `INSERT INTO catalog.product_changes (tenant_id, run_id, cianbox_id, kind, changed_at)
       SELECT 'kept', 'r', i, 'created', now() - interval '20 days' FROM generate_series(1, 10001) AS i`,
    )
    await apply(10)
    expect(await count('kept', 'catalog.product_changes')).toBe(0)
    expect(await count('kept', 'app.runs WHERE NOT is_trimmed')).toBe(0)
  })

  it('cleans a tenant only once its oldest row has been expired for a day', async () => {
    await live.tenant('kept').catch(() => undefined)
    const change = (age: string) =>
      outdate(
        'kept',
        `INSERT INTO catalog.product_changes (tenant_id, run_id, cianbox_id, kind, changed_at)
         VALUES ('kept', 'r', 1, 'created', now() - interval '${age}')`,
      )
    await outdate('kept', 'DELETE FROM catalog.product_changes')
    await change('10 days 23 hours')
    await apply(10)
    expect(await count('kept', 'catalog.product_changes')).toBe(1)
    await outdate('kept', `UPDATE catalog.product_changes SET changed_at = changed_at - interval '2 hours'`)
    await change('10 days 1 hour')
    await apply(10)
    expect(await count('kept', 'catalog.product_changes')).toBe(0)
  })

  it('deletes the pages of a run that ended a day ago without completing', async () => {
    const id = await endedRun()
    await outdate(
      'kept',
      `INSERT INTO app.run_pages (tenant_id, run_id, phase, page, epoch, ids) VALUES ('kept', '${id}', 'products', 1, 1, '{1}')`,
    )
    await apply()
    expect(await count('kept', 'app.run_pages')).toBe(1)
    await outdate('kept', `UPDATE app.runs SET ended_at = ended_at - interval '49 hours'`)
    await apply()
    expect(await count('kept', 'app.run_pages')).toBe(0)
  })

  it('deletes used tickets once they have expired', async () => {
    await live.tenant('kept').catch(() => undefined)
    await outdate(
      'kept',
      `INSERT INTO app.used_tickets VALUES ('kept', 'a', now() - interval '2 days'), ('kept', 'b', now() + interval '9 days')`,
    )
    // The server's own retention may hold the lock at this moment; a call then does nothing.
    await expect
      .poll(async () => {
        await apply()
        return count('kept', 'app.used_tickets')
      })
      .toBe(1)
  })
})

describe('recovery and retention', () => {
  it('use the same few transactions with 300 idle tenants as with none', async () => {
    const { pool } = app.database
    for (let i = 0; i < 300; i++) await ensureTenant(pool, `idle-${i}`, 'Idle')
    await presence(HOUR)
    const node = { ...(await live.node()), pool }
    const both = async () => {
      await live.recover(node)
      await apply()
    }
    // First handles what the other tests left.
    await both()
    const transactions = vi.spyOn(pool, 'connect')
    await both()
    expect(transactions).toHaveBeenCalledTimes(2)
    transactions.mockRestore()
  })

  it('report a break of a day since the last run, as after a jump of the clock', async () => {
    const turns: boolean[] = []
    const turn = () =>
      oncePerCluster(app.database.pool, 'retention', HOUR * 1000, async ({ isAfterBreak }) =>
        turns.push(isAfterBreak),
      )
    for (const age of ['25 hours', '23 hours', '2 years']) {
      await withMaintenance(app.database.pool, (tx) =>
        tx.query(`UPDATE app.periodic_tasks SET next_at = now() - interval '${age}'`),
      )
      await turn()
    }
    expect(turns).toEqual([true, false, true])
  })

  it('run once per interval in the cluster', async () => {
    const done: string[] = []
    const nodes = await Promise.all(['a', 'b', 'c'].map(async (name) => ({ name, ...(await live.node()) })))
    const allTry = () =>
      Promise.all(
        nodes.map(({ name, pool }) =>
          oncePerCluster(pool, 'recovery', MINUTE * 1000, async () => void done.push(name)),
        ),
      )
    const turnAt = (sql: string) =>
      withMaintenance(app.database.pool, (tx) => tx.query(`UPDATE app.periodic_tasks SET next_at = ${sql}`))
    await turnAt('now()')
    await allTry()
    await allTry()
    expect(done).toHaveLength(1)
    await turnAt(`now() - interval '1 second'`)
    await allTry()
    expect(done).toHaveLength(2)
    // They also run after the clock was set back.
    await turnAt(`now() + interval '1 hour'`)
    await allTry()
    expect(done).toHaveLength(3)
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
