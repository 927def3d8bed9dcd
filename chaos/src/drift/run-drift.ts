import { createDice, type Dice } from '../dice.js'
import { BrokenInvariant, truthOf } from '../invariants.js'
import type { Options } from '../options.js'
import { print } from '../report.js'
import { mirrorOf } from '../rig/queries.js'
import { buildRig, type Rig } from '../rig/rig.js'
import { startRun, waitForEnd } from '../rig/runs.js'
import type { Tenant } from '../rig/tenants.js'

/** The result of a first load while its catalogue changed. */
interface Drift {
  deleted: number
  added: number
  /** Listed from start to end and not in the mirror: must be 0. */
  lost: number
  /** Added meanwhile and not in the mirror: the next run adds them. */
  late: number
  /** In the mirror and deleted after they were read: the next run retires them. */
  stale: number
}

const PAGE_SIZE = 20

/**
 * Runs `count` first loads while products are deleted and added between their pages, and checks that the mirror
 * has every product that was listed all the time.
 * @throws BrokenInvariant when one is missing
 */
export async function runDrift({ seed, count }: Options, signal: AbortSignal): Promise<void> {
  const rig = await buildRig()
  const drifts: Drift[] = []
  try {
    for (let walk = seed; walk < seed + count && !signal.aborted; walk++) {
      const drift = await loadWhileMoving(rig, walk)
      print(
        `seed ${walk}  ${Object.entries(drift)
          .map(([what, n]) => `${what} ${n}`)
          .join(', ')}`,
      )
      drifts.push(drift)
    }
  } finally {
    await rig.stop()
  }
  const lost = drifts.reduce((sum, drift) => sum + drift.lost, 0)
  const moves = drifts.reduce((sum, { deleted, added }) => sum + deleted + added, 0)
  print(`${drifts.length} first loads under ${moves} deletions and additions: ${lost} products lost`)
  if (lost > 0) throw new BrokenInvariant('I1', `${lost} products were passed over (seeds from ${seed})`)
}

async function loadWhileMoving(rig: Rig, seed: number): Promise<Drift> {
  const dice = createDice(seed)
  const products = dice.whole(200, 600)
  const tenant = await rig.tenants.add(`d${seed}`, { products, seed, latencyMs: 5 }, PAGE_SIZE)
  const atStart = truthOf(tenant.erp.truth())
  let deleted = 0
  let added = 0
  rig.erpProxy.onRequest(({ cuenta }) => {
    if (cuenta !== tenant.id) return
    if (dice.chance(0.5)) deleted += remove(dice, tenant).length
    if (dice.chance(0.2)) added += tenant.erp.add(dice.whole(1, 5)).length
  })
  const runId = await startRun(rig, tenant.id, 'full')
  const run = await waitForEnd(rig, tenant.id, runId, { seconds: 120, confirmsSweeps: true, pauseMs: 0 })
  rig.erpProxy.onRequest(() => undefined)
  if (run.status !== 'complete') {
    throw new BrokenInvariant('I1', `seed ${seed}: the run ended ${run.status} (${run.errorCode})`)
  }
  const truth = truthOf(tenant.erp.truth())
  const mirror = await mirrorOf(rig.postgres.admin, tenant.id)
  const missing = [...truth.keys()].filter((id) => !mirror.has(id))
  return {
    deleted,
    added,
    lost: missing.filter((id) => atStart.has(id)).length,
    late: missing.filter((id) => !atStart.has(id)).length,
    stale: [...mirror.keys()].filter((id) => !truth.has(id)).length,
  }
}

/** Deletes neighbouring products; sometimes more than a page of them. */
function remove(dice: Dice, { erp }: Tenant): number[] {
  const from = dice.whole(1, erp.productCount())
  const count = dice.chance(0.1) ? dice.whole(PAGE_SIZE, PAGE_SIZE + 5) : dice.whole(1, 6)
  return erp.remove(
    Array.from({ length: count }, (_, i) => from + i),
    'gone',
  )
}
