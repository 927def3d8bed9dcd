import { setTimeout as delay } from 'node:timers/promises'
import { waitFor } from '@espejo/tooling/until'
import { withRunHolder } from './actions/with-run-holder.js'
import { checkTenant } from './check-round.js'
import { createDice } from './dice.js'
import { BrokenInvariant } from './invariants.js'
import type { Options } from './options.js'
import type { Moment } from './plan/plan.js'
import { print, quantile } from './report.js'
import { buildRig, type Rig } from './rig/rig.js'
import { findRun, startRun, waitForEnd } from './rig/runs.js'

/** A planned SIGKILL of a worker: at which request and moment. */
interface Kill {
  name: string
  /** The request for products that triggers it; 0: while the reference lists are read. */
  nth: number
  moment: Moment
  products: number
  seed: number
}

interface Recovery {
  /** From the kill to the next commit of the run. */
  seconds: number
  /** Pages of the catalogue that were requested twice. */
  askedTwice: number
  /** Those of them whose first response had been sent completely. */
  answeredTwice: number
}

/** Concurrent tenants, each with its own worker. */
const AT_ONCE = 4
/** Idle workers that take over: in production other workers are up as well. */
const SPARE = 2
const PAGE_SIZE = 20
/** Another worker must continue the run within this time. */
const RECOVERY_S = 60

/**
 * Sends SIGKILL at `count` points drawn from the seed, each to one worker with one run; no other fault.
 * Prints each kill, then how long recovery took and how many pages were read twice.
 */
export async function runKills({ seed, count }: Options, signal: AbortSignal): Promise<void> {
  const kills = drawKills(seed, count)
  const rig = await buildRig(AT_ONCE + SPARE, { ESPEJO_RUNS_AT_ONCE: '1' })
  const recoveries: Recovery[] = []
  try {
    while (kills.length > 0 && !signal.aborted) {
      const batch = kills.splice(0, AT_ONCE)
      recoveries.push(...(await Promise.all(batch.map((kill) => killOnce(rig, kill)))))
    }
  } finally {
    await rig.stop()
  }
  report(recoveries)
}

function drawKills(seed: number, count: number): Kill[] {
  const dice = createDice(seed)
  return Array.from({ length: count }, (_, i) => {
    const products = dice.whole(200, 500)
    return {
      name: `k${i + 1}`,
      nth: dice.whole(0, Math.ceil(products / PAGE_SIZE) + 2),
      moment: dice.pick<Moment>(['fetching', 'inside', 'committed']),
      products,
      seed: dice.whole(1, 100_000),
    }
  })
}

async function killOnce(rig: Rig, kill: Kill): Promise<Recovery> {
  const { admin } = rig.postgres
  const tenant = await rig.tenants.add(kill.name, { ...kill, latencyMs: 60 }, PAGE_SIZE)
  const runId = await startRun(rig, tenant.id, 'full')
  const look = () => findRun(admin, tenant.id, runId)
  await waitFor('the point of the kill', 60, async () =>
    kill.nth === 0
      ? (await look()).phase === 'references'
      : rig.erpProxy.requests(tenant.id).length >= kill.nth,
  )
  await waitFor('the run has a holder', 60, () => rig.workers.holderOf(runId))
  await withRunHolder({ rig, tenant, runId }, kill.moment, (worker) => worker.signal('SIGKILL'))
  const killedAt = performance.now()
  // After this delay every commit of the killed worker is in the log; a later event is another worker's.
  await delay(100)
  const atDeath = await look()
  await rig.workers.refill()
  const goesOn = await waitFor('the run goes on', RECOVERY_S, async () => {
    const run = await look()
    return run.seq > atDeath.seq ? run : null
  })
  const seconds = (performance.now() - killedAt) / 1000
  const ending = await waitForEnd(rig, tenant.id, runId, { seconds: 60, confirmsSweeps: true, pauseMs: 0 })
  if (ending.status !== 'complete') {
    throw new BrokenInvariant('I1', `${kill.name}: the run ended ${ending.status} (${ending.errorCode})`)
  }
  await checkTenant(rig, tenant)
  const repeated = repeatedPages(rig, tenant.id)
  print(
    `${kill.name}  @${kill.nth} ${kill.moment}: died in ${atDeath.phase ?? 'no phase'} ${atDeath.page}/${atDeath.totalPages}, ` +
      `went on by epoch ${goesOn.epoch} after ${seconds.toFixed(1)} s, ${repeated.askedTwice} asked for twice`,
  )
  return { seconds, ...repeated }
}

function repeatedPages(rig: Rig, cuenta: string): Omit<Recovery, 'seconds'> {
  const walked = rig.erpProxy.requests(cuenta).filter(({ order }) => order === 'id-asc')
  const repeats = (requests: typeof walked) =>
    requests.length - new Set(requests.map(({ page }) => page)).size
  return {
    askedTwice: repeats(walked),
    answeredTwice: repeats(walked.filter(({ isAnswered }) => isAnswered)),
  }
}

function report(recoveries: readonly Recovery[]): void {
  const seconds = recoveries.map((recovery) => recovery.seconds).sort((a, b) => a - b)
  print(`${recoveries.length} kills, every run complete and equal to the truth`)
  print(
    `seconds to the next commit: median ${quantile(seconds, 0.5)}, 90 % ${quantile(seconds, 0.9)}, most ${quantile(seconds, 1)}`,
  )
  for (const figure of ['askedTwice', 'answeredTwice'] as const) {
    const runs = [0, 1, 2, 3].map((n) => `${n} in ${recoveries.filter((one) => one[figure] === n).length}`)
    print(`pages ${figure === 'askedTwice' ? 'asked for' : 'answered'} twice: ${runs.join(', ')} runs`)
  }
}
