import type { Fault } from '@espejo/simulator'
import { createDice, type Dice } from '../dice.js'
import { drawFault } from './draw-fault.js'

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
  mode: 'full' | 'incremental'
  /** Edited, added and gone between the first sync and the one of the round. */
  before: { edit: number; add: number; gone: number }
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
  ]
  return {
    seed,
    tenants,
    acts: acts.sort((a, b) => a.nth - b.nth),
    confirmsSweeps: dice.chance(0.7),
    pauseMs: dice.whole(0, 3000),
  }
}

function drawTenant(dice: Dice, role: TenantPlan['role']): TenantPlan {
  const pageSize = dice.pick([10, 15, 25, 40])
  const pages = dice.whole(12, 40)
  const isMirrored = dice.chance(0.5)
  const isStruck = role === 'struck'
  return {
    role,
    products: pages * pageSize - dice.whole(0, pageSize - 1),
    pageSize,
    seed: dice.whole(1, 100_000),
    latencyMs: dice.whole(10, 50),
    isMirrored,
    mode: isMirrored && dice.chance(0.4) ? 'incremental' : 'full',
    before: {
      edit: dice.chance(0.7) ? dice.whole(1, 80) : 0,
      add: dice.chance(0.5) ? dice.whole(1, 30) : 0,
      gone: dice.chance(0.5)
        ? Math.ceil((pages * pageSize * dice.whole(1, dice.chance(0.3) ? 25 : 8)) / 100)
        : 0,
    },
    faults: isStruck ? times(dice.whole(0, 2), () => drawFault(dice, pages)) : [],
  }
}

/** Each as often as it stands here. */
const BLOWS = [
  'kill',
  'kill',
  'kill',
  'freeze',
  'terminate',
  'terminate',
  'kill-postgres',
  'cut-connections',
  'lose-answer',
  'lose-answer',
] as const

/** What hits a process or the database. */
function drawBlow(dice: Dice): Deed {
  const moment = dice.pick<Moment>(['fetching', 'inside', 'committed'])
  switch (dice.pick(BLOWS)) {
    case 'kill':
      return { kind: 'kill', moment, seconds: 0 }
    case 'freeze':
      return { kind: 'freeze', moment, seconds: dice.whole(12, 17) }
    case 'terminate':
      return { kind: 'terminate' }
    case 'kill-postgres':
      return { kind: 'kill-postgres', seconds: dice.whole(0, 3) }
    case 'lose-answer':
      return { kind: 'lose-answer', pausesMeanwhile: dice.chance(0.5) }
    default:
      return { kind: 'cut-connections' }
  }
}

/** What changes in the catalogue while it is read. */
function drawChange(dice: Dice): Deed {
  const kind = dice.pick(['edit', 'add', 'gone', 'gone', 'inactive', 'move-stock'] as const)
  return { kind, count: kind === 'gone' && dice.chance(0.3) ? dice.whole(20, 60) : dice.whole(1, 12) }
}

function drawWish(dice: Dice): Deed {
  return { kind: dice.pick(['pause', 'pause', 'cancel', 'expire-tokens']) }
}

function drawAct(dice: Dice, tenants: readonly TenantPlan[], tenant: number, deed: Deed): Act {
  const { products = 1, pageSize = 1 } = tenants[tenant] ?? {}
  return { tenant, nth: dice.whole(1, Math.ceil(products / pageSize) + 2), deed }
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make)
}
