import { readDatabaseClock } from '@espejo/server/db/database-clock'
import { receiveNotification } from '@espejo/server/webhooks/receive'
import { waitFor } from '@espejo/tooling/until'
import type { Rig } from './rig.js'
import { runsOf } from './runs.js'

/** Delivers a webhook notification of these products, and returns the id of the run that it starts. */
export async function notifyProducts(rig: Rig, tenantId: string, ids: string[]): Promise<string> {
  const { admin, pool } = rig.postgres
  const before = new Set((await runsOf(admin, tenantId)).map(({ id }) => id))
  await receiveNotification(
    pool,
    { tenantId, cuenta: tenantId },
    { event: 'productos', ids, ignored: 0 },
    readDatabaseClock,
  )
  const run = await waitFor('the notified products have a run', 60, async () =>
    (await runsOf(admin, tenantId)).find(({ id }) => !before.has(id)),
  )
  return run.id
}
