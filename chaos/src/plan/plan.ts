import type { Fault } from '@espejo/simulator'
import { createDice, type Dice } from '../dice.js'
import {
  drawAccountSwitch,
  drawCatalogueChange,
  drawClockJump,
  drawDisruption,
  drawUserAction,
} from './draw-action.js'
import { drawTenant } from './draw-tenant.js'

/** A tenant of a round and its catalogue. */
export interface TenantPlan {
  /** `calm`: its ERP has no faults and its people perform no actions; only disruptions of workers and database reach it. */
  role: 'struck' | 'calm'
  products: number
  pageSize: number
  seed: number
  latencyMs: number
  /** Whether it was mirrored before the run of the round. */
  isMirrored: boolean
  mode: 'full' | 'incremental' | 'ids' | 'webhook'
  /** Products edited, added and deleted between the first sync and the run of the round. */
  before: { edit: number; add: number; gone: number }
  /** Error, in hours, of the ERP's clock, which dates the edits. */
  clockHours: number
  /** The faults of its ERP. */
  faults: Fault[]
}

/** When, in the life of a page, an action hits the worker. `inside`: the page's transaction is open and blocked. */
export type Moment = 'fetching' | 'inside' | 'committed'

export type Action =
  | { kind: 'kill' | 'freeze'; moment: Moment; seconds: number }
  | { kind: 'terminate' }
  | { kind: 'kill-postgres'; seconds: number }
  | { kind: 'cut-connections' }
  /** The next page is committed, and the worker gets no response to its COMMIT. */
  | { kind: 'lose-answer'; pausesMeanwhile: boolean }
  | { kind: 'edit' | 'add' | 'gone' | 'inactive' | 'move-stock'; count: number }
  | { kind: 'expire-tokens' }
  | { kind: 'pause' | 'cancel' }
  /** Moves the clock of the worker that holds the run, or of the process that starts runs. */
  | { kind: 'clock-jump'; whose: 'worker' | 'api'; seconds: number }
  /** During a long wait that the ERP asked for with `Retry-After`. */
  | { kind: 'in-the-wait'; does: 'pause' | 'kill' | 'terminate' }
  /** Puts another account in the tenant's connection while its run is in this state. */
  | { kind: 'switch-account'; whileRun: 'paused' | 'running' | 'handed-over' }

/** An action that is performed when the tenant's `nth` request for products arrives. */
export interface ScheduledAction {
  tenant: number
  nth: number
  action: Action
}

/** A round: everything that is drawn from its seed. */
export interface Plan {
  seed: number
  tenants: TenantPlan[]
  actions: ScheduledAction[]
  /** Whether a person confirms a large sweep. */
  confirmsSweeps: boolean
  /** How long a run stays paused before a person resumes it. */
  pauseMs: number
}

/** Draws a round from its seed. Pure. */
export function drawPlan(seed: number): Plan {
  const dice = createDice(seed)
  const tenants: TenantPlan[] = [
    drawTenant(dice, 'struck'),
    drawTenant(dice, 'struck'),
    drawTenant(dice, 'calm'),
  ]
  const actions = [
    ...times(dice.whole(1, 4), () => {
      const disruption = drawDisruption(dice)
      // 'lose-answer' may include a pause by a person, which the calm tenant must not have.
      return scheduleAction(
        dice,
        tenants,
        dice.whole(0, disruption.kind === 'lose-answer' ? 1 : 2),
        disruption,
      )
    }),
    ...times(dice.whole(0, 5), () =>
      scheduleAction(dice, tenants, dice.whole(0, 1), drawCatalogueChange(dice)),
    ),
    ...times(dice.chance(0.4) ? 1 : 0, () =>
      scheduleAction(dice, tenants, dice.whole(0, 1), drawUserAction(dice)),
    ),
    ...times(dice.chance(0.2) ? 1 : 0, () =>
      scheduleAction(dice, tenants, dice.whole(0, 2), drawClockJump(dice)),
    ),
    ...times(dice.chance(0.15) ? 1 : 0, () =>
      scheduleAction(dice, tenants, dice.whole(0, 1), drawAccountSwitch(dice)),
    ),
    ...(dice.chance(0.15) ? drawLongWait(dice, tenants) : []),
  ]
  return {
    seed,
    tenants,
    actions: actions.sort((a, b) => a.nth - b.nth),
    confirmsSweeps: dice.chance(0.7),
    pauseMs: dice.whole(0, 3000),
  }
}

function scheduleAction(
  dice: Dice,
  tenants: readonly TenantPlan[],
  tenant: number,
  action: Action,
): ScheduledAction {
  const { products = 1, pageSize = 1 } = tenants[tenant] ?? {}
  return { tenant, nth: dice.whole(1, Math.ceil(products / pageSize) + 2), action }
}

/** A 429 with a long `Retry-After`, and an action during that wait. */
function drawLongWait(dice: Dice, tenants: readonly TenantPlan[]): ScheduledAction[] {
  const tenant = dice.whole(0, 1)
  const scheduled = scheduleAction(dice, tenants, tenant, {
    kind: 'in-the-wait',
    does: dice.pick(['pause', 'kill', 'terminate']),
  })
  tenants[tenant]?.faults.push({
    ...{ kind: 'too-many-requests', retryAfter: 'seconds', seconds: dice.whole(LONG_WAIT_S, 15) },
    nth: scheduled.nth,
  })
  return [scheduled]
}

/** A wait of at least this many seconds must survive a pause and a change of worker. */
export const LONG_WAIT_S = 6

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make)
}
