import { TooLateError } from '@espejo/tooling/until'
import { changeCatalogue, isChange, isDisruption, performAction } from './actions/perform-action.js'
import { checkRound } from './check-round.js'
import { BrokenInvariant, isNotGivenUp, mirrorEqualsTruth, truthOf } from './invariants.js'
import { describeScheduledAction, nameOf } from './plan/describe.js'
import { spoilsRows } from './plan/draw-fault.js'
import type { Plan, ScheduledAction, TenantPlan } from './plan/plan.js'
import { notifyProducts } from './rig/notify.js'
import { observePages } from './rig/page-observer.js'
import { dumpState, mirrorOf } from './rig/queries.js'
import type { Rig } from './rig/rig.js'
import { type RunRecord, startRun, waitForEnd } from './rig/runs.js'
import { syncUndisturbed } from './rig/sync-undisturbed.js'
import type { Tenant } from './rig/tenants.js'

/** A round that takes longer has failed. */
const ROUND_S = 120

/** The result of a round in which every invariant held. */
export interface Outcome {
  /** The runs that faults and actions disturbed, as they ended; one a tenant. */
  endings: RunRecord[]
  /** Actions whose request never arrived, because the run had ended before. */
  unreached: ScheduledAction[]
  /** Unusual events that break no invariant. */
  notes: string[]
}

/**
 * Executes a plan, then syncs every tenant once more without disturbance, and checks the invariants.
 * @throws BrokenInvariant
 */
export async function runRound(rig: Rig, plan: Plan): Promise<Outcome> {
  const tenants = await Promise.all(
    plan.tenants.map((tenant, index) =>
      rig.tenants.add(`r${plan.seed}${nameOf(index)}`, tenant, tenant.pageSize),
    ),
  )
  const ids = tenants.map(({ id }) => id)
  const observer = observePages(rig.postgres.admin, ids)
  try {
    await prepareMirrors(rig, plan, tenants)
    const outcome = await runWithDisruptions(rig, plan, tenants)
    await syncAllUndisturbed(rig, plan, tenants)
    await checkRound(rig, tenants, await observer.stop())
    return outcome
  } catch (error) {
    if (!(error instanceof TooLateError)) throw error
    throw new Error(`${error.message}\n${await dumpState(rig, ids)}`, { cause: error })
  } finally {
    await observer.stop()
    stopDisruptions(rig)
  }
}

/** Cancels the actions that have not happened yet, and sets every clock right. */
function stopDisruptions({ erpProxy, dbProxy, workers, apiClock }: Rig): void {
  erpProxy.onRequest(() => undefined)
  dbProxy.reset()
  apiClock.seconds = 0
  for (const worker of workers.up()) worker.setClockOffset(0)
}

/** Mirrors the tenants that start with a mirror, then changes their catalogues as planned. */
async function prepareMirrors(rig: Rig, plan: Plan, tenants: readonly Tenant[]): Promise<void> {
  await each(plan, tenants, async ({ isMirrored, before, clockHours }, { id, erp }) => {
    if (isMirrored) await syncFully(rig, id)
    erp.setClockOffset(clockHours * 3_600_000)
    if (!isMirrored) return
    erp.edit(before.edit)
    erp.add(before.add)
    erp.remove(before.gone, 'gone')
  })
}

async function runWithDisruptions(rig: Rig, plan: Plan, tenants: readonly Tenant[]): Promise<Outcome> {
  const underWay: Promise<void>[] = []
  const notes: string[] = []
  const pending = new Set(plan.actions)
  const runIds: Promise<string>[] = []
  const suspended = new Set<string>()

  for (const { id } of tenants) rig.erpProxy.forget(id)
  rig.erpProxy.onRequest(({ cuenta, nth }) => {
    const index = tenants.findIndex(({ id }) => id === cuenta)
    const tenant = tenants[index]
    if (!tenant) return
    for (const scheduled of [...pending].filter((one) => one.tenant === index && one.nth === nth)) {
      pending.delete(scheduled)
      if (isChange(scheduled.action)) changeCatalogue(tenant, scheduled.action)
      else underWay.push(perform(scheduled, tenant, runIds[index]))
    }
  })
  async function perform(scheduled: ScheduledAction, tenant: Tenant, runId: Promise<string> | undefined) {
    try {
      const suspendResume = () => {
        suspended.add(tenant.id)
        return () => void suspended.delete(tenant.id)
      }
      await performAction({ rig, tenant, runId: (await runId) ?? '', suspendResume }, scheduled.action)
    } catch (error) {
      notes.push(`${describeScheduledAction(scheduled)}: ${error instanceof Error ? error.message : error}`)
    }
  }

  await each(plan, tenants, async ({ faults }, { erp }) => {
    for (const fault of faults) erp.inject(fault)
  })
  for (const [index, tenant] of tenants.entries()) {
    runIds.push(begin(rig, tenant, plan.tenants[index]?.mode ?? 'full'))
  }
  const endings = await Promise.all(
    tenants.map(async ({ id }, index) => {
      const confirmsSweeps = plan.confirmsSweeps || plan.tenants[index]?.role === 'calm'
      const isResumeSuspended = () => suspended.has(id)
      return waitForEnd(rig, id, (await runIds[index]) ?? '', {
        ...plan,
        confirmsSweeps,
        // A person who looks at the list in the ERP sees that nothing is gone.
        confirmsLists: false,
        isResumeSuspended,
        seconds: ROUND_S,
      })
    }),
  )
  await Promise.all(underWay)
  stopDisruptions(rig)
  const disruptions = plan.actions.filter(({ action }) => isDisruption(action)).length
  for (const run of endings) isNotGivenUp({ run }, disruptions)
  await each(plan, tenants, (tenantPlan, tenant, index) =>
    checkBeforeRecovery(rig, plan, tenantPlan, tenant, endings[index]),
  )
  return { endings, unreached: [...pending], notes }
}

/** Starts the tenant's run. By ids and by notification: every third product, deleted ones included. */
async function begin(rig: Rig, { id }: Tenant, mode: TenantPlan['mode']): Promise<string> {
  if (mode === 'full' || mode === 'incremental') return startRun(rig, id, mode)
  const mirror = await mirrorOf(rig.postgres.admin, id)
  const ids = [...mirror.keys()].filter((_, index) => index % 3 === 0).map(String)
  return mode === 'ids' ? startRun(rig, id, 'ids', ids) : notifyProducts(rig, id, ids)
}

/** I1 and I2 before the recovery: a complete run over a catalogue that did not change must equal the truth. */
async function checkBeforeRecovery(
  rig: Rig,
  plan: Plan,
  tenantPlan: TenantPlan,
  { id, erp, formerErp }: Tenant,
  ending: RunRecord | undefined,
): Promise<void> {
  if (tenantPlan.role === 'calm' && ending?.status !== 'complete') {
    throw new BrokenInvariant(
      'I2',
      `${id} was not disturbed and ended ${ending?.status} (${ending?.errorCode})`,
    )
  }
  const isQuiet = !plan.actions.some(({ tenant, action }) => id.endsWith(nameOf(tenant)) && isChange(action))
  const { mode, before, faults } = tenantPlan
  const sawAll = mode === 'full' || (mode === 'incremental' && before.gone === 0)
  if (ending?.status !== 'complete' || !isQuiet || !sawAll || faults.some(spoilsRows)) return
  const mirror = await mirrorOf(rig.postgres.admin, id)
  // A run keeps the account of its first claim.
  const pinned = formerErp ?? erp
  mirrorEqualsTruth(`${id}, right after its complete run`, mirror, truthOf(pinned.truth()))
}

/** One more full run of each tenant, without faults. */
async function syncAllUndisturbed(rig: Rig, plan: Plan, tenants: readonly Tenant[]): Promise<void> {
  await rig.workers.refill()
  await each(plan, tenants, async (_, { id, erp, formerErp }) => {
    erp.clearFaults()
    formerErp?.clearFaults()
    await syncFully(rig, id)
  })
}

async function syncFully(rig: Rig, tenantId: string): Promise<void> {
  await syncUndisturbed(rig, tenantId, {
    mode: 'full',
    who: `${tenantId}: a run that nothing disturbed`,
    seconds: ROUND_S,
  })
}

async function each(
  plan: Plan,
  tenants: readonly Tenant[],
  work: (plan: TenantPlan, tenant: Tenant, index: number) => Promise<void>,
): Promise<void> {
  await Promise.all(
    tenants.map((tenant, index) => {
      const tenantPlan = plan.tenants[index]
      return tenantPlan && work(tenantPlan, tenant, index)
    }),
  )
}
