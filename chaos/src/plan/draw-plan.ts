import { createDice, type Dice } from '../dice.js'
import {
  drawAccountSwitch,
  drawCatalogueChange,
  drawClockJump,
  drawDisruption,
  drawUserAction,
} from './draw-action.js'
import { drawTenant } from './draw-tenant.js'
import type { Action, Plan, ScheduledAction, TenantPlan } from './plan.js'

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
