import { setTimeout as delay } from 'node:timers/promises'
import type { Deed } from '../plan/plan.js'
import type { Rig } from '../rig/rig.js'
import { findRun, isEnded } from '../rig/runs.js'
import type { Tenant } from '../rig/tenants.js'
import { TooLateError, until } from '../rig/until.js'
import { meetWorker } from './with-run-holder.js'

/** What a deed is done to. */
export interface Scene {
  rig: Rig
  tenant: Tenant
  runId: string
  /** Keeps whoever resumes paused runs from it until the function that it gives is called. */
  hold(): () => void
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
    case 'clock-jump':
      if (deed.whose === 'api') {
        rig.apiClock.seconds = deed.seconds
        return
      }
      await meetWorker(scene, 'fetching', (worker) => worker.jump(deed.seconds))
      return outlastMaintenance(scene)
    case 'in-the-wait':
      // The refusal that this request meets has to arrive first.
      await delay(REFUSAL_ARRIVES_MS)
      if (deed.does === 'kill') return perform(scene, { kind: 'kill', moment: 'fetching', seconds: 0 })
      return perform(scene, { kind: deed.does })
    case 'switch-account':
      return switchAccount(scene, deed.whileRun)
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

const REFUSAL_ARRIVES_MS = 700

/** Every worker looks after runs once a minute: the ERP is so slow until then that this one is still going on. */
async function outlastMaintenance({ rig, tenant, runId }: Scene): Promise<void> {
  tenant.erp.setLatency(SLOW_MS)
  try {
    await until('the run ends', MAINTENANCE_S, async () =>
      isEnded(await findRun(rig.postgres.admin, tenant.id, runId)),
    )
  } catch (error) {
    if (!(error instanceof TooLateError)) throw error
  } finally {
    tenant.erp.setLatency(0)
  }
}

const SLOW_MS = 2500
const MAINTENANCE_S = 62

async function switchAccount(
  scene: Scene,
  whileRun: Extract<Deed, { kind: 'switch-account' }>['whileRun'],
): Promise<void> {
  const { rig, tenant, runId } = scene
  if (whileRun === 'running') return rig.tenants.switchAccount(tenant)
  if (whileRun === 'handed-over') {
    await meetWorker(scene, 'fetching', (worker) => worker.signal('SIGTERM'))
    await rig.tenants.switchAccount(tenant)
    return rig.workers.refill()
  }
  const release = scene.hold()
  try {
    await rig.control.pause(tenant.id, runId)
    await until('the run pauses or ends', PAUSES_S, async () => {
      const { status } = await findRun(rig.postgres.admin, tenant.id, runId)
      return status !== 'running' && status !== 'queued'
    })
    await rig.tenants.switchAccount(tenant)
  } finally {
    release()
  }
}

const PAUSES_S = 30

/** A worker looks for wishes once a second. */
const WISH_IS_SEEN_MS = 1300

/** Whether it changes the catalogue, which must happen before the request that it is bound to goes on. */
export function isChange({ kind }: Deed): boolean {
  return CHANGES.has(kind)
}

/** Whether it hits workers or the database, so that what they were at may be in vain. */
export function isBlow({ kind }: Deed): boolean {
  return !CHANGES.has(kind) && !HARMLESS.has(kind)
}

const HARMLESS: ReadonlySet<Deed['kind']> = new Set(['pause', 'cancel', 'clock-jump', 'switch-account'])

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
