import type { AccountControl } from '@espejo/simulator'
import {
  BrokenInvariant,
  ledgerBalances,
  logIsWhole,
  type Rows,
  retiresNothingListed,
  truthOf,
} from '../invariants.js'
import { spoilsRows } from '../plan/draw-fault.js'
import { mirrorOf, retiredOf } from '../rig/queries.js'
import { notifyProducts } from '../rig/notify.js'
import { syncInPeace } from '../rig/sync-undisturbed.js'
import type { Rig } from '../rig/rig.js'
import { endOf, type RunRecord, startRun, withLogs } from '../rig/runs.js'
import type { Tenant } from '../rig/tenants.js'
import { completeRunIsTrue, type Responsibility } from './check-complete-run.js'
import { listsAreTrue } from './check-reference-lists.js'
import type { Change, LiesPlan, NamedIds } from './plan.js'

/** Part of a round takes no longer, or it hangs. */
const PART_S = 300
/** Nobody has so many products. */
const UNKNOWN_IDS = [900_001, 900_002]
const CENTURY_HOURS = 73 * 366 * 24

/** What a round has to do with the one who plays it. */
export interface LiesStage {
  /** The tenant's name. */
  name: string
  /** Registers for the tenant's requests; many rounds share one gate. */
  on(cuenta: string, listener: ((nth: number) => void) | null): void
  /** Which lies were told, by their place in the plan. */
  onTold(told: boolean[]): void
}

/**
 * One round: a run that is lied to, what must hold then, and what must hold when the ERP tells the truth again.
 * @returns the run that was lied to
 * @throws BrokenInvariant
 */
export async function playLies(rig: Rig, plan: LiesPlan, stage: LiesStage): Promise<RunRecord> {
  const tenant = await rig.tenants.add(
    stage.name,
    {
      ...{ products: plan.products, seed: plan.catalogueSeed, latencyMs: 0 },
      ...{ dialect: plan.dialect, switches: plan.switches },
    },
    plan.pageSize,
  )
  try {
    await prepare(rig, plan, tenant)
    const run = await lieTo(rig, plan, tenant, stage)
    await tellTheTruth(rig, plan, tenant, run)
    for (const record of await withLogs(rig.postgres.admin, tenant.id)) {
      logIsWhole(record)
      ledgerBalances(record)
    }
    return run
  } finally {
    stage.on(tenant.id, null)
  }
}

async function prepare(rig: Rig, plan: LiesPlan, { id, erp }: Tenant): Promise<void> {
  if (plan.isMirrored)
    await syncInPeace(rig, id, { mode: 'full', who: 'the mirror to begin with', seconds: PART_S })
  if (plan.hasFutureRow) {
    erp.setClockOffset(CENTURY_HOURS * 3_600_000)
    erp.edit(1)
  }
  setClock(erp, plan, 0)
  for (const change of plan.before) apply(erp, change)
  if (plan.editsList) erp.editList('sucursales', 1, { sucursal: 'SUCURSAL NUEVA' })
}

async function lieTo(rig: Rig, plan: LiesPlan, tenant: Tenant, stage: LiesStage): Promise<RunRecord> {
  const { admin } = rig.postgres
  const { id, erp } = tenant
  const truthBefore = truthOf(erp.truth())
  const mirrorBefore = await mirrorOf(admin, id)
  const ids = chooseIds(plan.ids, truthBefore, mirrorBefore)
  const earlier: Rows[] = [truthBefore]
  rig.gate.forget(id)
  stage.on(id, (nth) => {
    for (const [index, act] of plan.during.entries()) {
      if (act.nth !== nth) continue
      earlier.push(truthOf(erp.truth()))
      setClock(erp, plan, index + 1)
      apply(erp, act.change)
    }
  })
  for (const { fault } of plan.lies) erp.inject(fault)
  const run = await begin(rig, plan, tenant, ids)
  const ended = await endOf(rig, id, run, {
    seconds: PART_S,
    pauseMs: 0,
    confirmsSweeps: expectsASweep(plan, mirrorBefore, truthBefore),
    confirmsLists: false,
  })
  stage.on(id, null)
  stage.onTold(erp.faults().map(({ strikes }) => strikes > 0))
  const truthAfter = truthOf(erp.truth())
  const mirror = await mirrorOf(admin, id)
  const who = `the ${plan.mode} run that was lied to`
  retiresNothingListed(who, await retiredOf(admin, id), truthAfter)
  const isWhole = ended.status === 'complete' && scopeOf(plan) === 'whole'
  await listsAreTrue(admin, tenant, { who, isWhole, lies: plan.lies })
  if (ended.status === 'complete') {
    const scope = scopeOf(plan)
    const hidden = scope === 'changes' ? hiddenAtFront(plan) : 0
    // An id that the ERP fails for is a reject as well.
    const mayReject = plan.lies.some(({ fault }) => spoilsRows(fault) || fault.asksFor !== undefined)
    const spoiled = (mayReject ? ended.errors : 0) + hidden
    const excused = excusedIds(plan, ids, mirrorBefore)
    completeRunIsTrue(mirror, { who, scope, mirrorBefore, earlier, truthAfter, ids, excused, spoiled })
  } else if (isLoneLie(plan) && !vanished([...earlier, truthAfter])) {
    const why = ended.errorCode ?? ended.status
    throw new BrokenInvariant('L1', `${who} ended ${why}, after one lie that was told once at most`)
  }
  return ended
}

/** The faults are gone: one more full run completes and is right, and an incremental one finds what is edited then. */
async function tellTheTruth(rig: Rig, plan: LiesPlan, { id, erp }: Tenant, lied: RunRecord): Promise<void> {
  const { admin } = rig.postgres
  erp.clearFaults()
  const isDated = plan.dialect === 'v2'
  const check = async (who: string, scope: Responsibility['scope'], mode: 'full' | 'incremental') => {
    const truth = truthOf(erp.truth())
    const mirrorBefore = await mirrorOf(admin, id)
    await syncInPeace(rig, id, { mode, who, seconds: PART_S })
    retiresNothingListed(who, await retiredOf(admin, id), truth)
    const given = { who, scope, mirrorBefore, earlier: [truth], truthAfter: truth, ids: [], spoiled: 0 }
    completeRunIsTrue(await mirrorOf(admin, id), given)
    // Only a full run reads the small lists again.
    const lies = scope === 'whole' ? [] : plan.lies
    await listsAreTrue(admin, { id, erp }, { who, isWhole: scope === 'whole', lies })
  }
  // What was edited behind the back of a complete run must be found without another full one.
  const wasWhole = lied.status === 'complete' && plan.mode !== 'ids' && plan.mode !== 'webhook'
  if (isDated && wasWhole && !plan.lies.some(({ fault }) => spoilsRows(fault))) {
    await check('an incremental run after the lies', 'changes', 'incremental')
  }
  await check('a full run after the lies', 'whole', 'full')
  if (!isDated) return
  erp.edit(3)
  await check('an incremental run after edits', 'changes', 'incremental')
}

/** An incremental run asks for at least so many rows at once. */
const SHORTEST_WINDOW = 20

/** One lie, told once at most, of an ERP that leaves nothing out: a run asks again and completes. */
function isLoneLie({ lies, switches }: LiesPlan): boolean {
  return lies.length === 1 && lies[0]?.frequency === 'once' && !switches.hiddenEvery
}

/** A catalogue that was empty for a while cannot be told from one that is not shown. */
function vanished(truths: readonly Rows[]): boolean {
  return truths.some((truth) => truth.size === 0)
}

/**
 * The newest changes that a front hides which is shifted, cut or another page in both looks. A later run
 * finds them: the watermark stays behind what was not shown.
 */
function hiddenAtFront({ lies, pageSize }: LiesPlan): number {
  return lies.reduce((sum, { fault, frequency }) => {
    if (frequency === 'once') return sum
    if (fault.kind === 'shift') return sum + Math.max(0, fault.by ?? 1)
    const isOfFront = (fault.kind === 'other-page' || fault.kind === 'short-page') && (fault.page ?? 1) === 1
    return isOfFront ? sum + Math.max(pageSize, SHORTEST_WINDOW) : sum
  }, 0)
}

async function begin(rig: Rig, plan: LiesPlan, { id }: Tenant, ids: readonly number[]): Promise<string> {
  const named = ids.map(String)
  if (plan.mode === 'webhook') return notifyProducts(rig, id, named)
  return startRun(rig, id, plan.mode, plan.mode === 'ids' ? named : null)
}

/** A person who knows the shop says yes when much is truly gone, and no otherwise. */
function expectsASweep({ pageSize }: LiesPlan, mirror: Rows, truth: Rows): boolean {
  const gone = [...mirror.keys()].filter((id) => !truth.has(id)).length
  return gone > 0 && gone >= Math.min(pageSize, mirror.size * 0.1)
}

function scopeOf({ mode, dialect, isMirrored }: LiesPlan): Responsibility['scope'] {
  if (mode === 'ids' || mode === 'webhook') return 'named'
  return mode === 'incremental' && isMirrored && dialect === 'v2' ? 'changes' : 'whole'
}

function chooseIds(named: NamedIds, truth: Rows, mirror: Rows): number[] {
  const listed = [...truth.keys()].filter((_, i) => i >= named.from && (i - named.from) % named.every === 0)
  const gone = named.includesGone ? [...mirror.keys()].filter((id) => !truth.has(id)) : []
  const unknown = named.includesUnknown ? UNKNOWN_IDS : []
  const ids = [...listed.slice(0, named.most), ...gone, ...unknown]
  return ids.length > 0 ? ids : [1]
}

/** New products of which the ERP says time and again, asked by id, that there are none. */
function excusedIds({ lies }: LiesPlan, ids: readonly number[], mirror: Rows): Set<number> {
  const isRepeated = lies.some(({ name, frequency }) => name.startsWith('by id') && frequency !== 'once')
  return new Set(isRepeated ? ids.filter((id) => !mirror.has(id)) : [])
}

/** For an ERP whose clock is off, twenty minutes pass before every change of a run: it is a long one. */
function setClock(erp: AccountControl, { clockHours, during }: LiesPlan, passed: number): void {
  const late = clockHours === 0 ? 0 : (during.length - passed) * 20 * 60_000
  erp.setClockOffset(clockHours * 3_600_000 - late)
}

function apply(erp: AccountControl, { kind, count }: Change): void {
  if (kind === 'edit') erp.edit(count)
  else if (kind === 'add') erp.add(count)
  else erp.remove(count, kind)
}
