import { setTimeout as delay } from 'node:timers/promises'
import type { Deed } from '../plan/plan.js'
import type { Rig } from '../rig/rig.js'
import type { Tenant } from '../rig/tenants.js'
import { meetWorker } from './meet-worker.js'

/** What a deed is done to. */
export interface Scene {
  rig: Rig
  tenant: Tenant
  runId: string
}

/** Does it, the recovery that belongs to it included. What it cannot reach (a run that has ended) stays undone. */
export async function perform(scene: Scene, deed: Deed): Promise<void> {
  const { rig, tenant, runId } = scene
  switch (deed.kind) {
    case 'kill':
      await meetWorker(scene, deed.moment, (worker) => worker.signal('SIGKILL'))
      return rig.workers.refill()
    case 'freeze': {
      const frozen = await meetWorker(scene, deed.moment, (worker) => worker.signal('SIGSTOP'))
      await delay(deed.seconds * 1000)
      frozen?.signal('SIGCONT')
      return
    }
    case 'terminate':
      await meetWorker(scene, 'fetching', (worker) => worker.signal('SIGTERM'))
      return rig.workers.refill()
    case 'kill-postgres':
      await rig.postgres.kill()
      await delay(deed.seconds * 1000)
      return rig.postgres.revive()
    case 'cut-connections':
      await rig.postgres.admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'espejo worker%'`,
      )
      return
    case 'lose-answer':
      rig.wire.loseNextAnswer(async () => {
        if (deed.pausesMeanwhile) await rig.control.pause(tenant.id, runId)
        await delay(WISH_IS_SEEN_MS)
      })
      return
    case 'pause':
      await rig.control.pause(tenant.id, runId)
      return
    case 'cancel':
      await rig.control.cancel(tenant.id, runId)
      return
    default:
      changeCatalogue(tenant, deed)
  }
}

/** A worker looks for wishes once a second. */
const WISH_IS_SEEN_MS = 1300

/** Whether it changes the catalogue, which must happen before the request that it is bound to goes on. */
export function isChange({ kind }: Deed): boolean {
  return CHANGES.has(kind)
}

const CHANGES: ReadonlySet<Deed['kind']> = new Set([
  'edit',
  'add',
  'gone',
  'inactive',
  'move-stock',
  'expire-tokens',
])

/** At once, in this very turn of the event loop. */
export function changeCatalogue({ erp }: Tenant, deed: Deed): void {
  if (deed.kind === 'edit') erp.edit(deed.count)
  else if (deed.kind === 'add') erp.add(deed.count)
  else if (deed.kind === 'gone') erp.remove(deed.count, 'gone')
  else if (deed.kind === 'inactive') erp.remove(deed.count, 'inactive')
  else if (deed.kind === 'move-stock') erp.moveStock(deed.count)
  else if (deed.kind === 'expire-tokens') erp.expireTokens()
}
