import type { Fault } from '@espejo/simulator'
import { createDice, type Dice } from '../dice.js'
import { drawBlow, drawChange, drawJump, drawSwitch, drawWish } from './draw-action.js'
import { drawTenant } from './draw-tenant.js'

/** One tenant of a round and its catalogue. */
export interface TenantPlan {
  /** `calm`: neither its ERP nor its people disturb it; what happens to workers and database hits it too. */
  role: 'struck' | 'calm'
  products: number
  pageSize: number
  seed: number
  latencyMs: number
  /** Whether it has been mirrored before the trouble begins. */
  isMirrored: boolean
  mode: 'full' | 'incremental' | 'ids' | 'webhook'
  /** Edited, added and gone between the first sync and the one of the round. */
  before: { edit: number; add: number; gone: number }
  /** By how many hours the clock that stamps edits is off. */
  clockHours: number
  /** What its ERP does wrong. */
  faults: Fault[]
}

/** Where in a page's life a worker is met. `inside`: its transaction is open and waits. */
export type Moment = 'fetching' | 'inside' | 'committed'

export type Deed =
  | { kind: 'kill' | 'freeze'; moment: Moment; seconds: number }
  | { kind: 'terminate' }
  | { kind: 'kill-postgres'; seconds: number }
  | { kind: 'cut-connections' }
  /** The next page's commit is carried out, and the worker never hears of it. */
  | { kind: 'lose-answer'; pausesMeanwhile: boolean }
  | { kind: 'edit' | 'add' | 'gone' | 'inactive' | 'move-stock'; count: number }
  | { kind: 'expire-tokens' }
  | { kind: 'pause' | 'cancel' }
  /** The clock of the worker that holds the run, or of who asks for runs, jumps by so many seconds. */
  | { kind: 'clock-jump'; whose: 'worker' | 'api'; seconds: number }
  /** While a long wait that the ERP has asked for goes on. */
  | { kind: 'in-the-wait'; does: 'pause' | 'kill' | 'terminate' }
  /** The tenant's connection is given another account while its run is in this state. */
  | { kind: 'switch-account'; whileRun: 'paused' | 'running' | 'handed-over' }

/** A deed, done when the tenant's `nth` request for products arrives. */
export interface Act {
  tenant: number
  nth: number
  deed: Deed
}

/** A whole round: everything that chance decides. */
export interface Plan {
  seed: number
  tenants: TenantPlan[]
  acts: Act[]
  /** What a person says when a sweep asks. */
  confirmsSweeps: boolean
  /** How long a run stays paused before a person lets it go on. */
  pauseMs: number
}

/** A round as its seed draws it. */
export function drawPlan(seed: number): Plan {
  const dice = createDice(seed)
  const tenants: TenantPlan[] = [
    drawTenant(dice, 'struck'),
    drawTenant(dice, 'struck'),
    drawTenant(dice, 'calm'),
  ]
  const acts = [
    ...times(dice.whole(1, 4), () => {
      const blow = drawBlow(dice)
      // A person takes part in this one, and people leave the calm tenant alone.
      return drawAct(dice, tenants, dice.whole(0, blow.kind === 'lose-answer' ? 1 : 2), blow)
    }),
    ...times(dice.whole(0, 5), () => drawAct(dice, tenants, dice.whole(0, 1), drawChange(dice))),
    ...times(dice.chance(0.4) ? 1 : 0, () => drawAct(dice, tenants, dice.whole(0, 1), drawWish(dice))),
    ...times(dice.chance(0.2) ? 1 : 0, () => drawAct(dice, tenants, dice.whole(0, 2), drawJump(dice))),
    ...times(dice.chance(0.15) ? 1 : 0, () => drawAct(dice, tenants, dice.whole(0, 1), drawSwitch(dice))),
    ...(dice.chance(0.15) ? drawHaste(dice, tenants) : []),
  ]
  return {
    seed,
    tenants,
    acts: acts.sort((a, b) => a.nth - b.nth),
    confirmsSweeps: dice.chance(0.7),
    pauseMs: dice.whole(0, 3000),
  }
}

function drawAct(dice: Dice, tenants: readonly TenantPlan[], tenant: number, deed: Deed): Act {
  const { products = 1, pageSize = 1 } = tenants[tenant] ?? {}
  return { tenant, nth: dice.whole(1, Math.ceil(products / pageSize) + 2), deed }
}

/** A refusal for haste that names a long wait, and something that comes in between. */
function drawHaste(dice: Dice, tenants: readonly TenantPlan[]): Act[] {
  const tenant = dice.whole(0, 1)
  const act = drawAct(dice, tenants, tenant, {
    kind: 'in-the-wait',
    does: dice.pick(['pause', 'kill', 'terminate']),
  })
  tenants[tenant]?.faults.push({
    ...{ kind: 'too-many-requests', retryAfter: 'seconds', seconds: dice.whole(LONG_WAIT_S, 15) },
    nth: act.nth,
  })
  return [act]
}

/** A wait that is to outlive a pause and a takeover. */
export const LONG_WAIT_S = 6

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make)
}
