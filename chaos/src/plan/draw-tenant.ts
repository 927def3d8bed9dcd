import type { Fault } from '@espejo/simulator'
import type { Dice } from '../dice.js'
import { drawByIdLie, drawListLie, drawPageLie } from '../lies/draw-lie.js'
import { drawFault } from './draw-fault.js'
import type { TenantPlan } from './plan.js'

/** Draws a tenant: its catalogue, the changes since its first sync, and the faults of its ERP. */
export function drawTenant(dice: Dice, role: TenantPlan['role']): TenantPlan {
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
    mode: isMirrored ? dice.pick(['full', 'full', 'incremental', 'incremental', 'ids', 'webhook']) : 'full',
    before: {
      edit: dice.chance(0.7) ? dice.whole(1, 80) : 0,
      add: dice.chance(0.5) ? dice.whole(1, 30) : 0,
      gone: dice.chance(0.5)
        ? Math.ceil((pages * pageSize * dice.whole(1, dice.chance(0.3) ? 25 : 8)) / 100)
        : 0,
    },
    clockHours: isStruck && dice.chance(0.15) ? dice.pick([-2, 2, -26]) : 0,
    faults: isStruck ? drawFaults(dice, { pages, pageSize, isMirrored }) : [],
  }
}

function drawFaults(
  dice: Dice,
  { pages, pageSize, isMirrored }: { pages: number; pageSize: number; isMirrored: boolean },
): Fault[] {
  const highestId = pages * pageSize
  const target = { pages, pageSize, highestId, isFirstLoad: !isMirrored }
  const faults = Array.from({ length: dice.whole(0, 2) }, () => drawFault(dice, pages))
  if (dice.chance(0.3)) faults.push(drawPageLie(dice, target).fault)
  if (isMirrored && dice.chance(0.2)) faults.push(drawByIdLie(dice, target).fault)
  if (dice.chance(0.1)) faults.push(drawListLie(dice, target).fault)
  if (dice.chance(0.1)) {
    const id = dice.whole(1, (pages - 1) * pageSize)
    faults.push({ kind: 'poison-row', poison: 'number-too-large', id, route: '/productos' })
  }
  return faults
}
