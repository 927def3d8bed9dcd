import { setTimeout as delay } from 'node:timers/promises'
import { type Pressed, pressAll, untilEnded } from './runs.js'
import type { FairnessRig } from './rig.js'

/** What the giant's run did while the small ones were served. */
export interface GiantFigures {
  products: number
  /** Products that it committed, and in how many seconds. */
  seen: number
  seconds: number
}

/** A run over a great many products, under way; `stop` cancels it. */
export interface Giant {
  pressed: Pressed
  stop(): Promise<GiantFigures>
}

/** The giant presses first, and is well on its way when this returns. */
export async function startGiant(rig: FairnessRig, products: number, signal: AbortSignal): Promise<Giant> {
  const [pressed] = await pressAll(rig, await rig.addTenants('giant', 1, products))
  if (!pressed) throw new Error('The giant did not start.')
  const seen = async (): Promise<number> => {
    const { rows } = await rig.database.admin.query<{ seen: number }>(
      'SELECT (created + updated + unchanged + errors)::float8 AS seen FROM app.runs WHERE run_id = $1',
      [pressed.runId],
    )
    return rows[0]?.seen ?? 0
  }
  while ((await seen()) === 0) await delay(LOOK_MS, undefined, { signal })
  const [from, since] = [await seen(), performance.now()]
  return {
    pressed,
    async stop() {
      const seconds = (performance.now() - since) / 1000
      const committed = (await seen()) - from
      await rig.control.cancel(pressed.tenantId, pressed.runId)
      await untilEnded(rig, [pressed], PATIENCE_S, signal)
      return { products, seen: committed, seconds }
    },
  }
}

const LOOK_MS = 50
/** A cancel is looked for every second. */
const PATIENCE_S = 10
