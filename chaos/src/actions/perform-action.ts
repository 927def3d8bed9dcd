import { setTimeout as delay } from 'node:timers/promises'
import { TooLateError, waitFor } from '@espejo/tooling/until'
import type { Action } from '../plan/plan.js'
import { findRun, isEnded } from '../rig/runs.js'
import type { Tenant } from '../rig/tenants.js'
import type { ActionContext } from './action-context.js'
import { withRunHolder } from './with-run-holder.js'

/** Performs an action and the recovery that belongs to it. Has no effect on a run that has ended. */
export async function performAction(context: ActionContext, action: Action): Promise<void> {
  const { rig, tenant, runId } = context
  switch (action.kind) {
    case 'kill':
      await withRunHolder(context, action.moment, (worker) => worker.signal('SIGKILL'))
      return rig.workers.refill()
    case 'freeze': {
      const frozen = await withRunHolder(context, action.moment, (worker) => worker.signal('SIGSTOP'))
      await delay(action.seconds * 1000)
      frozen?.signal('SIGCONT')
      return
    }
    case 'terminate':
      await withRunHolder(context, 'fetching', (worker) => worker.signal('SIGTERM'))
      return rig.workers.refill()
    case 'kill-postgres':
      await rig.postgres.kill()
      await delay(action.seconds * 1000)
      return rig.postgres.restart()
    case 'cut-connections':
      await rig.postgres.admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'espejo worker%'`,
      )
      return
    case 'lose-answer':
      rig.dbProxy.dropNextCommitResponse(async () => {
        if (action.pausesMeanwhile) await rig.control.pause(tenant.id, runId)
        await delay(INTENT_READ_MS)
      })
      return
    case 'clock-jump':
      if (action.whose === 'api') {
        rig.apiClock.seconds = action.seconds
        return
      }
      await withRunHolder(context, 'fetching', (worker) => worker.setClockOffset(action.seconds))
      return outlastRecoveryTask(context)
    case 'in-the-wait':
      // The 429 response to this request must arrive first.
      await delay(RESPONSE_ARRIVES_MS)
      if (action.does === 'kill')
        return performAction(context, { kind: 'kill', moment: 'fetching', seconds: 0 })
      return performAction(context, { kind: action.does })
    case 'switch-account':
      return switchAccount(context, action.whileRun)
    case 'pause':
      await rig.control.pause(tenant.id, runId)
      return
    case 'cancel':
      await rig.control.cancel(tenant.id, runId)
      return
    default:
      changeCatalogue(tenant, action)
  }
}

const RESPONSE_ARRIVES_MS = 700

/** Slows the ERP down until the run ends or the workers' recovery task, which runs every minute, has run once. */
async function outlastRecoveryTask({ rig, tenant, runId }: ActionContext): Promise<void> {
  tenant.erp.setLatency(SLOW_MS)
  try {
    await waitFor('the run ends', RECOVERY_INTERVAL_S, async () =>
      isEnded(await findRun(rig.postgres.admin, tenant.id, runId)),
    )
  } catch (error) {
    if (!(error instanceof TooLateError)) throw error
  } finally {
    tenant.erp.setLatency(0)
  }
}

const SLOW_MS = 2500
const RECOVERY_INTERVAL_S = 62

async function switchAccount(
  context: ActionContext,
  whileRun: Extract<Action, { kind: 'switch-account' }>['whileRun'],
): Promise<void> {
  const { rig, tenant, runId } = context
  if (whileRun === 'running') return rig.tenants.switchAccount(tenant)
  if (whileRun === 'handed-over') {
    await withRunHolder(context, 'fetching', (worker) => worker.signal('SIGTERM'))
    await rig.tenants.switchAccount(tenant)
    return rig.workers.refill()
  }
  const release = context.suspendResume()
  try {
    await rig.control.pause(tenant.id, runId)
    await waitFor('the run pauses or ends', PAUSE_TIMEOUT_S, async () => {
      const { status } = await findRun(rig.postgres.admin, tenant.id, runId)
      return status !== 'running' && status !== 'queued'
    })
    await rig.tenants.switchAccount(tenant)
  } finally {
    release()
  }
}

const PAUSE_TIMEOUT_S = 30

/** A worker reads a run's intent (pause, cancel) once a second. */
const INTENT_READ_MS = 1300

/** Whether it changes the catalogue: such a change is made before the request that triggers it is forwarded. */
export function isChange({ kind }: Action): boolean {
  return CHANGES.has(kind)
}

/** Whether it disturbs workers or the database, so that a claim may end without progress. */
export function isDisruption({ kind }: Action): boolean {
  return !CHANGES.has(kind) && !NOT_DISRUPTIVE.has(kind)
}

const NOT_DISRUPTIVE: ReadonlySet<Action['kind']> = new Set([
  'pause',
  'cancel',
  'clock-jump',
  'switch-account',
])

const CHANGES: ReadonlySet<Action['kind']> = new Set([
  'edit',
  'add',
  'gone',
  'inactive',
  'move-stock',
  'expire-tokens',
])

/** Changes the catalogue synchronously, in the same turn of the event loop. */
export function changeCatalogue({ erp }: Tenant, action: Action): void {
  if (action.kind === 'edit') erp.edit(action.count)
  else if (action.kind === 'add') erp.add(action.count)
  else if (action.kind === 'gone') erp.remove(action.count, 'gone')
  else if (action.kind === 'inactive') erp.remove(action.count, 'inactive')
  else if (action.kind === 'move-stock') erp.moveStock(action.count)
  else if (action.kind === 'expire-tokens') erp.expireTokens()
}
