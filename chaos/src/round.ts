import { changeCatalogue, isBlow, isChange, perform } from './actions/perform-action.js'
import { checkRound } from './check-round.js'
import { BrokenInvariant, isNotGivenUp, mirrorEqualsTruth, truthOf } from './invariants.js'
import { describeAct, nameOf } from './plan/describe.js'
import { spoilsRows } from './plan/draw-fault.js'
import type { Act, Plan, TenantPlan } from './plan/plan.js'
import { dump, mirrorOf } from './rig/queries.js'
import { notifyProducts } from './rig/notify.js'
import { observePages } from './rig/page-observer.js'
import { syncInPeace as syncOnce } from './rig/sync-undisturbed.js'
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
function endTrouble({ gate, wire, workers, apiClock }: Rig): void {
  gate.onRequest(() => undefined)
  wire.heal()
  apiClock.seconds = 0
  for (const worker of workers.up()) worker.jump(0)
}

/** The mirrors that tenants bring along, and what their catalogues have become since. */
async function mirrorBefore(rig: Rig, plan: Plan, tenants: readonly Tenant[]): Promise<void> {
  await each(plan, tenants, async ({ isMirrored, before, clockHours }, { id, erp }) => {
    if (isMirrored) await syncCleanly(rig, id)
    erp.setClockOffset(clockHours * 3_600_000)
    if (!isMirrored) return
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
  const held = new Set<string>()

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
      const hold = () => {
        held.add(tenant.id)
        return () => void held.delete(tenant.id)
      }
      await perform({ rig, tenant, runId: (await runId) ?? '', hold }, act.deed)
    } catch (error) {
      notes.push(`${describeAct(act)}: ${error instanceof Error ? error.message : error}`)
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
      const isHeld = () => held.has(id)
      return endOf(rig, id, (await runIds[index]) ?? '', {
        ...plan,
        confirmsSweeps,
        // Who looks at the list sees that it is whole.
        confirmsLists: false,
        isHeld,
        seconds: ROUND_S,
      })
    }),
  )
  await Promise.all(underWay)
  endTrouble(rig)
  const blows = plan.acts.filter(({ deed }) => isBlow(deed)).length
  for (const run of endings) isNotGivenUp({ run }, blows)
  await each(plan, tenants, (tenantPlan, tenant, index) =>
    checkAtOnce(rig, plan, tenantPlan, tenant, endings[index]),
  )
  return { endings, unreached: [...left], notes }
}

/** By ids or by a notification: every third product, the gone ones among them. */
async function begin(rig: Rig, { id }: Tenant, mode: TenantPlan['mode']): Promise<string> {
  if (mode === 'full' || mode === 'incremental') return startRun(rig, id, mode)
  const mirror = await mirrorOf(rig.postgres.admin, id)
  const ids = [...mirror.keys()].filter((_, index) => index % 3 === 0).map(String)
  return mode === 'ids' ? startRun(rig, id, 'ids', ids) : notifyProducts(rig, id, ids)
}

/** What can be said before anything is put right: of a catalogue that kept still, a complete run is a whole one. */
async function checkAtOnce(
  rig: Rig,
  plan: Plan,
  tenantPlan: TenantPlan,
  { id, erp, formerErp }: Tenant,
  ending: RunRecord | undefined,
): Promise<void> {
  if (tenantPlan.role === 'calm' && ending?.status !== 'complete') {
    throw new BrokenInvariant(
      'I2',
      `${id} was not troubled and ended ${ending?.status} (${ending?.errorCode})`,
    )
  }
  const isQuiet = !plan.acts.some(({ tenant, deed }) => id.endsWith(nameOf(tenant)) && isChange(deed))
  const { mode, before, faults } = tenantPlan
  const sawAll = mode === 'full' || (mode === 'incremental' && before.gone === 0)
  if (ending?.status !== 'complete' || !isQuiet || !sawAll || faults.some(spoilsRows)) return
  const mirror = await mirrorOf(rig.postgres.admin, id)
  // A run's world is that of its first claim.
  const pinned = formerErp ?? erp
  mirrorEqualsTruth(`${id}, right after its complete run`, mirror, truthOf(pinned.truth()))
}

/** After the trouble: one more full run each, which nothing disturbs. */
async function syncInPeace(rig: Rig, plan: Plan, tenants: readonly Tenant[]): Promise<void> {
  await rig.workers.refill()
  await each(plan, tenants, async (_, { id, erp, formerErp }) => {
    erp.clearFaults()
    formerErp?.clearFaults()
    await syncCleanly(rig, id)
  })
}

async function syncCleanly(rig: Rig, tenantId: string): Promise<void> {
  await syncOnce(rig, tenantId, {
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
