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
import { notifyProducts } from '../rig/notify.js'
import { mirrorOf, retiredOf } from '../rig/queries.js'
import type { Rig } from '../rig/rig.js'
import { type RunRecord, startRun, waitForEnd, withLogs } from '../rig/runs.js'
import { syncUndisturbed } from '../rig/sync-undisturbed.js'
import type { Tenant } from '../rig/tenants.js'
import { checkCompleteRun, type RunExpectation } from './check-complete-run.js'
import { checkReferenceLists } from './check-reference-lists.js'
import type { Change, LiesPlan, NamedIds } from './plan.js'

/** A part of a round that takes longer has failed. */
const PART_S = 300
/** Ids that no catalogue has. */
const UNKNOWN_IDS = [900_001, 900_002]
const CENTURY_HOURS = 73 * 366 * 24

/** The connection between a round and its runner. */
export interface LiesRoundContext {
  /** The tenant's name. */
  name: string
  /** Sets the listener for the tenant's requests; null removes it. Concurrent rounds share one proxy. */
  on(cuenta: string, listener: ((nth: number) => void) | null): void
  /** Whether each lie of the plan was injected at least once, by its index. */
  onInjected(injected: boolean[]): void
}

/**
 * Runs one round: a run with lies and its checks, then runs without lies and their checks.
 * @returns the run with lies
 * @throws BrokenInvariant
 */
export async function runLiesRound(rig: Rig, plan: LiesPlan, context: LiesRoundContext): Promise<RunRecord> {
  const tenant = await rig.tenants.add(
    context.name,
    {
      ...{ products: plan.products, seed: plan.catalogueSeed, latencyMs: 0 },
      ...{ dialect: plan.dialect, switches: plan.switches },
    },
    plan.pageSize,
  )
  try {
    await prepare(rig, plan, tenant)
    const run = await runWithLies(rig, plan, tenant, context)
    await runWithoutLies(rig, plan, tenant, run)
    for (const record of await withLogs(rig.postgres.admin, tenant.id)) {
      logIsWhole(record)
      ledgerBalances(record)
    }
    return run
  } finally {
    context.on(tenant.id, null)
  }
}

async function prepare(rig: Rig, plan: LiesPlan, { id, erp }: Tenant): Promise<void> {
  if (plan.isMirrored)
    await syncUndisturbed(rig, id, { mode: 'full', who: 'the mirror to begin with', seconds: PART_S })
  if (plan.hasFutureRow) {
    erp.setClockOffset(CENTURY_HOURS * 3_600_000)
    erp.edit(1)
  }
  setClock(erp, plan, 0)
  for (const change of plan.before) apply(erp, change)
  if (plan.editsList) erp.editList('sucursales', 1, { sucursal: 'SUCURSAL NUEVA' })
}

async function runWithLies(
  rig: Rig,
  plan: LiesPlan,
  tenant: Tenant,
  context: LiesRoundContext,
): Promise<RunRecord> {
  const { admin } = rig.postgres
  const { id, erp } = tenant
  const truthBefore = truthOf(erp.truth())
  const mirrorBefore = await mirrorOf(admin, id)
  const ids = chooseIds(plan.ids, truthBefore, mirrorBefore)
  const earlier: Rows[] = [truthBefore]
  rig.erpProxy.forget(id)
  context.on(id, (nth) => {
    for (const [index, act] of plan.during.entries()) {
      if (act.nth !== nth) continue
      earlier.push(truthOf(erp.truth()))
      setClock(erp, plan, index + 1)
      apply(erp, act.change)
    }
  })
  for (const { fault } of plan.lies) erp.inject(fault)
  const run = await begin(rig, plan, tenant, ids)
  const ended = await waitForEnd(rig, id, run, {
    seconds: PART_S,
    pauseMs: 0,
    confirmsSweeps: confirmsSweep(plan, mirrorBefore, truthBefore),
    confirmsLists: false,
  })
  context.on(id, null)
  context.onInjected(erp.faults().map(({ strikes }) => strikes > 0))
  const truthAfter = truthOf(erp.truth())
  const mirror = await mirrorOf(admin, id)
  const who = `the ${plan.mode} run with lies`
  retiresNothingListed(who, await retiredOf(admin, id), truthAfter)
  const isWhole = ended.status === 'complete' && scopeOf(plan) === 'whole'
  await checkReferenceLists(admin, tenant, { who, isWhole, lies: plan.lies })
  if (ended.status === 'complete') {
    const scope = scopeOf(plan)
    const hidden = scope === 'changes' ? hiddenOnFirstPage(plan) : 0
    // An id for which the ERP returns an error counts as a reject too.
    const mayReject = plan.lies.some(({ fault }) => spoilsRows(fault) || fault.asksFor !== undefined)
    const spoiled = (mayReject ? ended.errors : 0) + hidden
    const excused = excusedIds(plan, ids, mirrorBefore)
    checkCompleteRun(mirror, { who, scope, mirrorBefore, earlier, truthAfter, ids, excused, spoiled })
  } else if (isLoneLie(plan) && !wasEverEmpty([...earlier, truthAfter]) && !wasRefused(plan, ended)) {
    const why = ended.errorCode ?? ended.status
    throw new BrokenInvariant('L1', `${who} ended ${why}, after one lie that was injected at most once`)
  }
  return ended
}

/** Removes the faults, then checks a full run, and an incremental one after three edits. */
async function runWithoutLies(rig: Rig, plan: LiesPlan, { id, erp }: Tenant, lied: RunRecord): Promise<void> {
  const { admin } = rig.postgres
  erp.clearFaults()
  const isDated = plan.dialect === 'v2'
  const check = async (who: string, scope: RunExpectation['scope'], mode: 'full' | 'incremental') => {
    const truth = truthOf(erp.truth())
    const mirrorBefore = await mirrorOf(admin, id)
    await syncUndisturbed(rig, id, { mode, who, seconds: PART_S })
    retiresNothingListed(who, await retiredOf(admin, id), truth)
    const given = { who, scope, mirrorBefore, earlier: [truth], truthAfter: truth, ids: [], spoiled: 0 }
    checkCompleteRun(await mirrorOf(admin, id), given)
    // Only a full run reads the reference lists again.
    const lies = scope === 'whole' ? [] : plan.lies
    await checkReferenceLists(admin, { id, erp }, { who, isWhole: scope === 'whole', lies })
  }
  // An incremental run must find edits that a complete run did not see.
  const wasWhole = lied.status === 'complete' && plan.mode !== 'ids' && plan.mode !== 'webhook'
  if (isDated && wasWhole && !plan.lies.some(({ fault }) => spoilsRows(fault))) {
    await check('an incremental run after the lies', 'changes', 'incremental')
  }
  await check('a full run after the lies', 'whole', 'full')
  if (!isDated) return
  erp.edit(3)
  await check('an incremental run after edits', 'changes', 'incremental')
}

/** The smallest window of an incremental run, in rows. */
const SHORTEST_WINDOW = 20

/** Whether the only lie is injected at most once and the ERP hides no rows: then a retry suffices to complete. */
function isLoneLie({ lies, switches }: LiesPlan): boolean {
  return lies.length === 1 && lies[0]?.frequency === 'once' && !switches.hiddenEvery
}

/** An empty catalogue cannot be distinguished from one that the ERP hides. */
function wasEverEmpty(truths: readonly Rows[]): boolean {
  return truths.some((truth) => truth.size === 0)
}

/**
 * How many of the newest changes a repeated lie about the first page of the list of changes hides from both
 * readings. The next run finds them, because the watermark stays before them.
 */
function hiddenOnFirstPage({ lies, pageSize }: LiesPlan): number {
  return lies.reduce((sum, { fault, frequency }) => {
    if (frequency === 'once') return sum
    if (fault.kind === 'shift') return sum + Math.max(0, fault.by ?? 1)
    const isOnFirstPage =
      (fault.kind === 'other-page' || fault.kind === 'short-page') && (fault.page ?? 1) === 1
    return isOnFirstPage ? sum + Math.max(pageSize, SHORTEST_WINDOW) : sum
  }, 0)
}

async function begin(rig: Rig, plan: LiesPlan, { id }: Tenant, ids: readonly number[]): Promise<string> {
  const named = ids.map(String)
  if (plan.mode === 'webhook') return notifyProducts(rig, id, named)
  return startRun(rig, id, plan.mode, plan.mode === 'ids' ? named : null)
}

/** The person did not confirm a sweep that deletions during the run had made large. */
function wasRefused({ during }: LiesPlan, { status }: RunRecord): boolean {
  return (
    status === 'cancelled' && during.some(({ change: { kind } }) => kind === 'gone' || kind === 'inactive')
  )
}

/** A person confirms a large sweep only when many products are really deleted. */
function confirmsSweep({ pageSize }: LiesPlan, mirror: Rows, truth: Rows): boolean {
  const gone = [...mirror.keys()].filter((id) => !truth.has(id)).length
  return gone > 0 && gone >= Math.min(pageSize, mirror.size * 0.1)
}

function scopeOf({ mode, dialect, isMirrored }: LiesPlan): RunExpectation['scope'] {
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

/** New products that a repeated lie hides from requests by id. */
function excusedIds({ lies }: LiesPlan, ids: readonly number[], mirror: Rows): Set<number> {
  const isRepeated = lies.some(({ name, frequency }) => name.startsWith('by id') && frequency !== 'once')
  return new Set(isRepeated ? ids.filter((id) => !mirror.has(id)) : [])
}

/** Where the ERP's clock is wrong, it advances twenty minutes before each change of the run. */
function setClock(erp: AccountControl, { clockHours, during }: LiesPlan, passed: number): void {
  const late = clockHours === 0 ? 0 : (during.length - passed) * 20 * 60_000
  erp.setClockOffset(clockHours * 3_600_000 - late)
}

function apply(erp: AccountControl, { kind, count }: Change): void {
  if (kind === 'edit') erp.edit(count)
  else if (kind === 'add') erp.add(count)
  else erp.remove(count, kind)
}
