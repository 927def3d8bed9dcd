import type { Switches } from '@espejo/simulator'
import { createDice, type Dice } from '../dice.js'
import {
  drawByIdLie,
  drawHidingLie,
  drawLastPageError,
  drawListLie,
  drawOrderIgnored,
  drawPageLie,
  hasNoCrossCheck,
  type Lie,
  type LieTarget,
} from './draw-lie.js'

/** A change of a catalogue. */
export interface Change {
  kind: 'edit' | 'add' | 'gone' | 'inactive'
  count: number
}

/** How the ids of a run by ids are chosen. */
export interface NamedIds {
  /** Of the listed products every `every`-th, beginning with number `from`, `most` of them at most. */
  every: number
  from: number
  most: number
  includesGone: boolean
  includesUnknown: boolean
}

/** A round: everything that is drawn from its seed. */
export interface LiesPlan {
  seed: number
  dialect: 'v2' | 'simple'
  products: number
  pageSize: number
  catalogueSeed: number
  switches: Partial<Switches>
  /** Whether the catalogue was mirrored before, without lies. */
  isMirrored: boolean
  /** The changes of the catalogue since then. */
  before: Change[]
  /** The changes when the run's n-th request for products arrives. */
  during: { nth: number; change: Change }[]
  mode: 'full' | 'incremental' | 'ids' | 'webhook'
  ids: NamedIds
  lies: Lie[]
  /** Error, in hours, of the ERP's clock, which dates the edits. */
  clockHours: number
  /** Whether an entry of a reference list was edited after the first sync. */
  editsList: boolean
  /** Whether one product has a modification date in 2099. */
  hasFutureRow: boolean
}

/** Which lies are drawn: all kinds, or those in answers by id. */
export type Focus = 'any' | 'by-id'

/** Draws a round from its seed. Pure. */
export function drawLiesPlan(seed: number, focus: Focus): LiesPlan {
  const dice = createDice(focus === 'any' ? seed : seed + 0x10_0000)
  const isById = focus === 'by-id'
  const dialect = dice.chance(0.75) ? 'v2' : 'simple'
  const { pageSize, products } = drawSize(dice)
  const isMirrored = isById || dice.chance(0.65)
  const before = isMirrored ? drawBefore(dice, products) : []
  const present = before.reduce(
    (sum, { kind, count }) => sum + (kind === 'add' ? count : kind === 'gone' ? -count : 0),
    products,
  )
  const pages = Math.ceil(present / pageSize)
  // An empty mirror gives no more evidence than none.
  const isFirstLoad = !isMirrored || products === 0
  const target: LieTarget = { pages, pageSize, highestId: products, isFirstLoad }
  const mode = drawMode(dice, isById, isMirrored)
  return {
    seed,
    dialect,
    products,
    pageSize,
    catalogueSeed: dice.whole(1, 100_000),
    switches: drawSwitches(dice),
    isMirrored,
    before,
    during: times(dice.chance(0.35) ? dice.whole(1, 3) : 0, () => ({
      nth: dice.whole(1, pages + 5),
      change: drawChange(dice, 6),
    })).sort((a, b) => a.nth - b.nth),
    mode,
    ids: {
      every: dice.pick([1, 1, 2, 7, 31]),
      from: dice.whole(0, 20),
      most: dice.pick([1, 3, 20, 200, 400]),
      includesGone: dice.chance(0.7),
      includesUnknown: dice.chance(0.3),
    },
    lies: isById ? drawByIdLies(dice, target, mode) : drawLies(dice, target, mode),
    clockHours: dialect === 'v2' && dice.chance(0.15) ? dice.pick([-2, -3, 2, -26]) : 0,
    editsList: dice.chance(0.3),
    hasFutureRow: dialect === 'v2' && isMirrored && products > 0 && dice.chance(0.05),
  }
}

function drawSize(dice: Dice): { pageSize: number; products: number } {
  const pageSize = dice.pick([10, 10, 13, 20, 25, 37, 50])
  const pages = dice.whole(2, Math.max(2, Math.floor(400 / pageSize)))
  const shape = dice.pick([
    'some',
    'some',
    'some',
    'exact',
    'one over',
    'one page',
    'small',
    'empty',
  ] as const)
  switch (shape) {
    case 'some':
      return { pageSize, products: pages * pageSize - dice.whole(0, pageSize - 1) }
    case 'exact':
      return { pageSize, products: pages * pageSize }
    case 'one over':
      return { pageSize, products: (pages - 1) * pageSize + 1 }
    case 'one page':
      return { pageSize, products: pageSize }
    case 'small':
      return { pageSize, products: dice.whole(1, pageSize + 1) }
    default:
      return { pageSize, products: dice.chance(0.5) ? 0 : pageSize + 3 }
  }
}

function drawSwitches(dice: Dice): Partial<Switches> {
  return {
    pagePastEnd: dice.pick(['empty', 'error', 'last']),
    emptyTotalPages: dice.pick([0, 1]),
    ...(dice.chance(0.15) ? { hiddenEvery: dice.pick([3, 7, 10]) } : {}),
    ...(dice.chance(0.1) ? { errorHttp: '200' } : {}),
  }
}

function drawBefore(dice: Dice, products: number): Change[] {
  const changes: Change[] = []
  if (dice.chance(0.6)) changes.push({ kind: 'edit', count: dice.whole(1, 40) })
  if (dice.chance(0.4)) changes.push({ kind: 'add', count: dice.whole(1, 30) })
  const most = Math.floor((products * (dice.chance(0.2) ? 40 : 10)) / 100)
  if (most > 0 && dice.chance(0.5)) changes.push({ kind: 'gone', count: dice.whole(1, most) })
  if (dice.chance(0.3)) changes.push({ kind: 'inactive', count: dice.whole(1, 10) })
  return changes
}

function drawChange(dice: Dice, most: number): Change {
  return {
    kind: dice.pick(['edit', 'edit', 'add', 'gone', 'inactive'] as const),
    count: dice.whole(1, most),
  }
}

function drawMode(dice: Dice, isById: boolean, isMirrored: boolean): LiesPlan['mode'] {
  if (isById) return dice.pick(['ids', 'ids', 'full', 'webhook'])
  if (!isMirrored) return dice.pick(['full', 'full', 'full', 'incremental'])
  return dice.pick([
    ...(['full', 'full', 'full', 'full', 'full'] as const),
    ...(['incremental', 'incremental', 'incremental', 'ids', 'webhook'] as const),
  ])
}

function drawLies(dice: Dice, target: LieTarget, mode: LiesPlan['mode']): Lie[] {
  const isByIds = mode === 'ids' || mode === 'webhook'
  if (mode === 'full' && !hasNoCrossCheck(target) && dice.chance(0.05)) return drawOrderIgnored(dice, target)
  if (mode === 'full' && !hasNoCrossCheck(target) && dice.chance(0.05)) return drawLastPageError(dice, target)
  const count = dice.pick([1, 1, 2, 2, 3, 4])
  return times(hasNoCrossCheck(target) ? 1 : count, () => {
    if (isByIds || dice.chance(0.15)) return drawByIdLie(dice, target)
    if (mode === 'full' && dice.chance(0.1)) return drawListLie(dice, target)
    return drawPageLie(dice, target)
  })
}

/** A sweep requests by id only what no page showed, so a full run needs a lie that hides rows first. */
function drawByIdLies(dice: Dice, target: LieTarget, mode: LiesPlan['mode']): Lie[] {
  const byId = times(dice.whole(1, 2), () => drawByIdLie(dice, target))
  return mode === 'full' ? [drawHidingLie(dice, target), ...byId] : byId
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make)
}
