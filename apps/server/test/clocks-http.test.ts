import { describe, expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { readTimers, type TimerKind } from '../src/maintenance/tenant-timers.js'
import { createWebhookStore } from '../src/webhooks/webhook-store.js'
import { useApp } from './support/app.js'

/** The API of a node whose clock is an hour ahead of the database's. */
const app = useApp({ now: () => new Date(Date.now() + 3_600_000) })
const MINUTE_MS = 60_000

/** Milliseconds until a timer of the tenant is due, by the database's clock. */
async function dueIn(kind: TimerKind): Promise<number> {
  return withTenant(app.database.pool, 'uno', async (tx) => {
    const { rows } = await tx.query<{ now: Date }>('SELECT now()')
    const due = (await readTimers(tx, 'uno'))[kind]
    if (!due || !rows[0]) throw new Error(`No ${kind} is due.`)
    return due.getTime() - rows[0].now.getTime()
  })
}

describe('a node whose clock is an hour ahead', () => {
  it('schedules the next run by the database’s clock', async () => {
    const admin = await app.as('uno')
    const body = { incremental: '* * * * *' }
    expect((await admin('PUT', '/api/cianbox/sync/schedule', { body })).status).toBe(200)
    expect(await dueIn('incremental')).toBeLessThanOrEqual(2 * MINUTE_MS)
  })

  it('fetches notified products as soon as any other node', async () => {
    const { pool, sealer } = app.deps
    await withTenant(pool, 'uno', (tx) =>
      tx.query(
        `INSERT INTO app.connections (tenant_id, cuenta, app_name, app_code, erp_user, password_sealed, page_size,
                                      dialect, requests_per_second, is_active)
         VALUES ('uno', 'uno', 'a', 'b', 'c', '', 100, 'v2', 2, true)`,
      ),
    )
    const secret = await createWebhookStore({ pool, sealer }).prepare('uno', 'uno')
    const body = { event: 'productos', created: '2026-05-24 10:58:44', id: ['7'], endpoint: 'productos' }
    expect((await app.send('POST', `/api/webhooks/cianbox/${secret}`, { body })).status).toBe(200)
    expect(await dueIn('notified')).toBeLessThanOrEqual(MINUTE_MS)
    const { rows } = await withTenant(pool, 'uno', (tx) =>
      tx.query('SELECT FROM app.pending_products WHERE last_received_at > now()'),
    )
    expect(rows).toEqual([])
  })
})
