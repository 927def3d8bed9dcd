import { setTimeout as delay } from 'node:timers/promises'
import type { FairnessRig } from './rig.js'
import { type StartedRun, startRuns, waitForEnd } from './runs.js'

/** Progress of the giant's run while the small runs were active. */
export interface GiantFigures {
  products: number
  /** Products that it committed in `seconds`. */
  seen: number
  seconds: number
}

/** An active run over many products; `stop` cancels it. */
export interface Giant {
  started: StartedRun
  stop(): Promise<GiantFigures>
}

/** Starts the giant's run, and returns once it has committed a page. */
export async function startGiant(rig: FairnessRig, products: number, signal: AbortSignal): Promise<Giant> {
  const [started] = await startRuns(rig, await rig.addTenants('giant', 1, products))
  if (!started) throw new Error('The giant did not start.')
  const seen = async (): Promise<number> => {
    const { rows } = await rig.database.admin.query<{ seen: number }>(
      'SELECT (created + updated + unchanged + errors)::float8 AS seen FROM app.runs WHERE run_id = $1',
      [started.runId],
    )
    return rows[0]?.seen ?? 0
  }
  while ((await seen()) === 0) await delay(POLL_MS, undefined, { signal })
  const [from, since] = [await seen(), performance.now()]
  return {
    started,
    async stop() {
      const seconds = (performance.now() - since) / 1000
      const committed = (await seen()) - from
      await rig.control.cancel(started.tenantId, started.runId)
      await waitForEnd(rig, [started], TIMEOUT_S, signal)
      return { products, seen: committed, seconds }
    },
  }
}

const POLL_MS = 50
/** A worker reads a cancel within a second. */
const TIMEOUT_S = 10
