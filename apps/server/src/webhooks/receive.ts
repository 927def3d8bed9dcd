import type { DatabaseClock } from '../db/database-clock.js'
import { type Pool, withTenant } from '../db/pool.js'
import { scheduleNoLaterThan } from '../maintenance/tenant-timers.js'
import type { NotificationBody } from './notification-body.js'
import { addPending } from './pending-store.js'
import { DEBOUNCE_MS } from './process-pending.js'

/** Events of the reference lists, which only a full run reads. */
const LIST_EVENTS: ReadonlySet<string> = new Set([
  'categorias',
  'marcas',
  'listas_precio',
  'sucursales',
  'cotizaciones',
])

/**
 * Stores a notification: product ids become pending, a change of a reference list is recorded for the schedule, and
 * any event updates `last_received_at`. Ignores a notification for another account than the tenant's present one.
 * Uses the database's clock, as the start times of runs do.
 */
export async function receiveNotification(
  pool: Pool,
  webhook: { tenantId: string; cuenta: string },
  { event, ids, ignored }: NotificationBody,
  clock: DatabaseClock,
): Promise<void> {
  const { tenantId, cuenta } = webhook
  await withTenant(pool, tenantId, async (tx) => {
    const at = await clock(tx)
    const { rowCount } = await tx.query('SELECT FROM app.connections WHERE tenant_id = $1 AND cuenta = $2', [
      tenantId,
      cuenta,
    ])
    if (rowCount === 0) return
    if (event === 'productos' && ids.length > 0) {
      // The same lock order as the processing of pending products, against deadlocks: timer first.
      await scheduleNoLaterThan(tx, tenantId, 'notified', new Date(at.getTime() + DEBOUNCE_MS))
      await addPending(tx, tenantId, ids, at)
    }
    await tx.query(
      `UPDATE app.webhooks SET last_received_at = greatest(last_received_at, $2),
              lists_changed_at = CASE WHEN $3 THEN $2 ELSE lists_changed_at END,
              ignored_ids = ignored_ids + $4
        WHERE tenant_id = $1`,
      [tenantId, at, LIST_EVENTS.has(event), event === 'productos' ? ignored : 0],
    )
  })
}
