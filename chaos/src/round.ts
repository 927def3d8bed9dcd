import { changeCatalogue, isChange, perform } from './acts/perform.js'
import { checkRound } from './check-round.js'
import { BrokenInvariant, mirrorEqualsTruth, truthOf } from './invariants.js'
import { describeAct, nameOf } from './plan/describe.js'
import { lies } from './plan/draw-fault.js'
import type { Act, Plan, TenantPlan } from './plan/plan.js'
import { dump, mirrorOf } from './rig/evidence.js'
import { observePages } from './rig/observer.js'
import type { Rig } from './rig/rig.js'
import { endOf, type RunRecord, startRun } from './rig/runs.js'
import type { Tenant } from './rig/tenants.js'
import { TooLateError } from './rig/until.js'

/** A round takes no longer, or it hangs. */
const ROUND_S = 120

/** What came of a round in which every invariant held. */
export interface Outcome {
  /** How the troubled runs ended, by tenant. */
  endings: RunRecord[]
  /** Acts whose request never came: the run had ended before. */
  unreached: Act[]
  /** What is worth a look and breaks no invariant. */
  notes: string[]
}

/**
 * Plays a plan, then lets every tenant sync once more in peace, and checks the invariants.
 * @throws BrokenInvariant
 */
export async function playRound(rig: Rig, plan: Plan): Promise<Outcome> {
  const tenants = await Promise.all(
    plan.tenants.map((tenant, index) =>
      rig.tenants.add(`r${plan.seed}${nameOf(index)}`, tenant, tenant.pageSize),
    ),
  )
  const ids = tenants.map(({ id }) => id)
  const observer = observePages(rig.postgres.admin, ids)
  try {
    await mirrorBefore(rig, plan, tenants)
    const trouble = await playTrouble(rig, plan, tenants)
    await syncInPeace(rig, plan, tenants)
    await checkRound(rig, tenants, await observer.stop())
    return trouble
  } catch (error) {
    if (!(error instanceof TooLateError)) throw error
    throw new Error(`${error.message}\n${await dump(rig, ids)}`, { cause: error })
  } finally {
    await observer.stop()
    endTrouble(rig)
  }
}

/** What has not happened by now does not happen any more. */
function endTrouble({ gate, wire }: Rig): void {
  gate.onRequest(() => undefined)
  wire.heal()
}

/** The mirrors that tenants bring along, and what their catalogues have become since. */
async function mirrorBefore(rig: Rig, plan: Plan, tenants: readonly Tenant[]): Promise<void> {
  await each(plan, tenants, async ({ isMirrored, before }, { id, erp }) => {
    if (!isMirrored) return
    await syncCleanly(rig, id)
    erp.edit(before.edit)
    erp.add(before.add)
    erp.remove(before.gone, 'gone')
  })
}

async function playTrouble(rig: Rig, plan: Plan, tenants: readonly Tenant[]): Promise<Outcome> {
  const underWay: Promise<void>[] = []
  const notes: string[] = []
  const left = new Set(plan.acts)
  const runIds: Promise<string>[] = []

  for (const { id } of tenants) rig.gate.forget(id)
  rig.gate.onRequest(({ cuenta, nth }) => {
    const index = tenants.findIndex(({ id }) => id === cuenta)
    const tenant = tenants[index]
    if (!tenant) return
    for (const act of [...left].filter((act) => act.tenant === index && act.nth === nth)) {
      left.delete(act)
      if (isChange(act.deed)) changeCatalogue(tenant, act.deed)
      else underWay.push(play(act, tenant, runIds[index]))
    }
  })
  async function play(act: Act, tenant: Tenant, runId: Promise<string> | undefined) {
    try {
      await perform({ rig, tenant, runId: (await runId) ?? '' }, act.deed)
    } catch (error) {
      notes.push(`${describeAct(act)}: ${error instanceof Error ? error.message : error}`)
    }
  }

  await each(plan, tenants, async ({ faults }, { erp }) => {
    for (const fault of faults) erp.inject(fault)
  })
  for (const [index, { id }] of tenants.entries()) {
    runIds.push(startRun(rig, id, plan.tenants[index]?.mode ?? 'full'))
  }
  const endings = await Promise.all(
    tenants.map(async ({ id }, index) => {
      const confirmsSweeps = plan.confirmsSweeps || plan.tenants[index]?.role === 'calm'
      return endOf(rig, id, (await runIds[index]) ?? '', { ...plan, confirmsSweeps, seconds: ROUND_S })
    }),
  )
  await Promise.all(underWay)
  endTrouble(rig)
  await each(plan, tenants, (tenantPlan, tenant, index) =>
    checkAtOnce(rig, plan, tenantPlan, tenant, endings[index]),
  )
  return { endings, unreached: [...left], notes }
}

/** What can be said before anything is put right: of a catalogue that kept still, a complete run is a whole one. */
async function checkAtOnce(
  rig: Rig,
  plan: Plan,
  tenantPlan: TenantPlan,
  { id, erp }: Tenant,
  ending: RunRecord | undefined,
): Promise<void> {
  if (tenantPlan.role === 'calm' && ending?.status !== 'complete') {
    throw new BrokenInvariant(
      'I2',
      `${id} was not troubled and ended ${ending?.status} (${ending?.errorCode})`,
    )
  }
  const isQuiet = !plan.acts.some(({ tenant, deed }) => id.endsWith(nameOf(tenant)) && isChange(deed))
  const sawAll = tenantPlan.mode === 'full' || tenantPlan.before.gone === 0
  if (ending?.status !== 'complete' || !isQuiet || !sawAll || tenantPlan.faults.some(lies)) return
  const mirror = await mirrorOf(rig.postgres.admin, id)
  mirrorEqualsTruth(`${id}, right after its complete run`, mirror, truthOf(erp.truth()))
}

/** After the trouble: one more full run each, which nothing disturbs. */
async function syncInPeace(rig: Rig, plan: Plan, tenants: readonly Tenant[]): Promise<void> {
  await rig.workers.refill()
  await each(plan, tenants, async (_, { id, erp }) => {
    erp.clearFaults()
    await syncCleanly(rig, id)
  })
}

async function syncCleanly(rig: Rig, tenantId: string): Promise<void> {
  const runId = await startRun(rig, tenantId, 'full')
  const run = await endOf(rig, tenantId, runId, { seconds: ROUND_S, confirmsSweeps: true, pauseMs: 0 })
  if (run.status !== 'complete') {
    throw new BrokenInvariant(
      'I1',
      `${tenantId}: a run that nothing disturbed ended ${run.status} (${run.errorCode})`,
    )
  }
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
