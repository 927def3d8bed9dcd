import type { Fault } from '@espejo/simulator'
import type { Dice } from '../dice.js'

/** The catalogue that a lie is about. */
export interface LieTarget {
  /** Pages of the catalogue when the run begins. */
  pages: number
  pageSize: number
  /** The highest id there is. */
  highestId: number
  /** There is no mirror yet that could contradict a lie. */
  isFirstLoad: boolean
}

/** A lie: a wrong but well-formed answer of the ERP, and how often it is injected. */
export interface Lie {
  /** The name in the tally. */
  name: string
  frequency: 'once' | 'few' | 'persistent'
  fault: Fault
}

type Draw = (dice: Dice, target: LieTarget) => Fault

/** Lies in pages of the catalogue. */
const OF_PAGES: Readonly<Record<string, Draw>> = {
  empty: (dice, about) => ({ ...onPage(dice, about), kind: 'empty-page', claims: drawClaim(dice) }),
  'empty from a page on': (dice, about) => ({
    // A first load that sees no row cannot distinguish the lie from an empty catalogue.
    ...{ kind: 'empty-page', fromPage: Math.max(about.isFirstLoad ? 2 : 1, drawPage(dice, about)) },
    ...{ claims: drawClaim(dice), byId: false },
  }),
  short: (dice, about) => ({
    ...onPage(dice, about),
    kind: 'short-page',
    rows: dice.whole(1, Math.max(1, about.pageSize - 1)),
    keep: dice.pick(['first', 'last', 'ends']),
    claims: dice.pick(['stale', 'stale', 'here', 'before', 'one']),
  }),
  'total fixed': (dice, { pages }) => ({
    kind: 'total-fixed',
    pages: Math.max(0, dice.pick([0, 1, pages - 1, pages - 2, Math.floor(pages / 2), pages + 1])),
    byId: false,
    fromNth: dice.pick([1, 1, dice.whole(1, pages + 4)]),
  }),
  'total lags': (dice, { pageSize }) => ({
    kind: 'total-lags',
    rows: dice.whole(-pageSize, 3 * pageSize),
    byId: false,
  }),
  'total missing': () => ({ kind: 'total-pages-missing', byId: false }),
  'total shrinks': (dice) => ({ kind: 'total-pages-shrinking', by: dice.whole(1, 3), byId: false }),
  'total grows': (dice) => ({ kind: 'total-pages-growing', by: dice.whole(1, 3), byId: false }),
  'error 500': (dice, about) => ({ ...onPage(dice, about), kind: 'server-error' }),
  'error in 200': (dice, about) => ({ ...onPage(dice, about), kind: 'status-error' }),
  'limit shrinks': (dice, { pages, pageSize }) => ({
    kind: 'limit-shrinks',
    limit: Math.max(1, dice.pick([Math.floor(pageSize / 2), pageSize - 1, dice.whole(1, pageSize)])),
    isTotalStale: dice.chance(0.5),
    fromNth: dice.whole(1, pages + 4),
    byId: false,
  }),
  'order ignored': (dice) => ({
    kind: 'order-ignored',
    byId: false,
    ...dice.pick<{ order?: string }>([{}, {}, { order: 'id-desc' }, { order: 'modified-date-desc' }]),
  }),
  'row replaced': (dice, about) => ({
    ...onPage(dice, about),
    kind: 'row-replaced',
    index: dice.pick([0, -1, dice.whole(0, about.pageSize - 1)]),
  }),
  'other page': (dice, about) => ({
    ...onPage(dice, about),
    kind: 'other-page',
    shows: dice.whole(1, Math.max(1, about.pages)),
  }),
  shifted: (dice, about) => ({
    ...onPage(dice, about),
    kind: 'shift',
    by: dice.pick([-2, -1, 1, 2, dice.whole(1, about.pageSize)]),
  }),
  'repeats rows': (dice, about) => ({
    ...onPage(dice, about),
    kind: dice.pick(['duplicate-in-page', 'duplicate-across-pages']),
    rows: dice.whole(1, 5),
  }),
  'nameless rows': (dice, about) => ({
    ...onPage(dice, about),
    kind: 'nameless-rows',
    rows: dice.pick([0, 1, 3]),
  }),
}

/** Lies in answers by id. */
const BY_ID: Readonly<Record<string, Draw>> = {
  'by id: empty': (dice) => ({
    kind: 'empty-page',
    claims: dice.pick(['stale', 'zero', 'one'] as const),
    byId: true,
  }),
  'by id: partial': (dice) => ({
    kind: 'short-page',
    ...(dice.chance(0.5) ? { share: dice.pick([0.25, 0.5, 0.9]) } : { rows: dice.whole(1, 60) }),
    keep: dice.pick(['first', 'last', 'ends']),
    claims: dice.pick(['stale', 'one']),
    byId: true,
  }),
  'by id: nameless': (dice) => ({ kind: 'nameless-rows', rows: dice.pick([0, 1, 5]), byId: true }),
  'by id: foreign': (dice) => ({ kind: 'foreign-rows', rows: dice.pick([0, 1, 5]), byId: true }),
  'by id: row replaced': (dice) => ({ kind: 'row-replaced', index: dice.pick([0, -1, 2]), byId: true }),
  'by id: error for one id': (dice, { highestId }) => ({
    kind: dice.pick(['server-error', 'status-error'] as const),
    asksFor: dice.whole(1, Math.max(1, highestId)),
  }),
  'by id: error': (dice) => ({ kind: dice.pick(['server-error', 'status-error'] as const), byId: true }),
  'by id: limit shrinks': (dice) => ({
    kind: 'limit-shrinks',
    limit: dice.whole(1, 40),
    isTotalStale: dice.chance(0.5),
    byId: true,
  }),
}

const LISTS = [
  '/productos/categorias',
  '/productos/marcas',
  '/productos/listas',
  '/productos/temporadas',
  '/productos/sucursales',
  '/general/cotizaciones',
] as const

/** Lies in reference lists. */
const OF_LISTS: Readonly<Record<string, Draw>> = {
  'list: empty': (dice) => ({ kind: 'empty-page', claims: drawClaim(dice), route: dice.pick(LISTS) }),
  'list: short': (dice) => ({ kind: 'short-page', rows: dice.whole(1, 3), route: dice.pick(LISTS) }),
  'list: refused': (dice) => ({ kind: 'forbidden', route: dice.pick(LISTS) }),
  'list: nameless': (dice) => ({ kind: 'nameless-rows', route: dice.pick(LISTS) }),
}

/** A lie that hides rows of a page, so that a sweep requests them by id. */
export function drawHidingLie(dice: Dice, target: LieTarget): Lie {
  return drawFrom(dice, target, OF_PAGES, ['empty', 'short', 'row replaced', 'shifted', 'other page'])
}

/** An ignored sort order, which shows the first page as the last one, with a wrong total that does not reveal it. */
export function drawOrderIgnored(dice: Dice, { pageSize }: LieTarget): Lie[] {
  const rows = dice.whole(pageSize, 4 * pageSize)
  return [
    { name: 'order ignored', frequency: 'persistent', fault: { kind: 'order-ignored', byId: false } },
    { name: 'total lags', frequency: 'persistent', fault: { kind: 'total-lags', rows, byId: false } },
  ]
}

/** A last page that fails until the client gives up: it must not be taken for the end of the catalogue. */
export function drawLastPageError(dice: Dice, { pages }: LieTarget): Lie[] {
  const of = { page: Math.max(2, pages), byId: false }
  return dice.chance(0.5)
    ? [{ name: 'error 500', frequency: 'few', fault: { ...of, kind: 'server-error', times: 5 } }]
    : [{ name: 'error in 200', frequency: 'few', fault: { ...of, kind: 'status-error', times: 2 } }]
}

export function drawByIdLie(dice: Dice, target: LieTarget): Lie {
  return drawFrom(dice, target, BY_ID)
}

export function drawPageLie(dice: Dice, target: LieTarget): Lie {
  return drawFrom(dice, target, OF_PAGES)
}

export function drawListLie(dice: Dice, target: LieTarget): Lie {
  return drawFrom(dice, target, OF_LISTS)
}

/** The name of every lie. */
export const LIE_NAMES: readonly string[] = [OF_PAGES, BY_ID, OF_LISTS].flatMap((table) => Object.keys(table))

function drawFrom(
  dice: Dice,
  target: LieTarget,
  table: Readonly<Record<string, Draw>>,
  names: readonly string[] = Object.keys(table),
): Lie {
  const name = names[dice.whole(0, names.length - 1)] ?? ''
  const fault = table[name]?.(dice, target) ?? { kind: 'empty-page' }
  const drawn = dice.pick(['once', 'once', 'few', 'persistent'] as const)
  const frequency = hasNoCrossCheck(target) ? 'once' : drawn
  if (frequency === 'persistent') return { name, frequency, fault }
  // A client tries five times at a 500, and twice at an error in a 200.
  const few = name.includes('500') ? dice.whole(5, 8) : dice.whole(2, name.includes('error') ? 3 : 4)
  return { name, frequency, fault: { ...fault, times: frequency === 'once' ? 1 : few } }
}

/** A first load of one page has no second source that contradicts a repeated lie. */
export function hasNoCrossCheck({ isFirstLoad, pages }: LieTarget): boolean {
  return isFirstLoad && pages <= 1
}

/** Draws a page; the first and the last are more likely, because lies about them do the most damage. */
function drawPage(dice: Dice, { pages }: LieTarget): number {
  const last = Math.max(1, pages)
  return dice.pick([last, last, last, 1, 1, Math.max(1, last - 1), dice.whole(1, last), dice.whole(1, last)])
}

/** Restricts a fault to one page, in half of the cases of the walk by id alone. */
function onPage(dice: Dice, target: LieTarget) {
  const page = drawPage(dice, target)
  return { page, byId: false, ...(dice.chance(0.5) ? { order: 'id-asc' } : {}) }
}

function drawClaim(dice: Dice) {
  return dice.pick(['stale', 'stale', 'before', 'before', 'one', 'zero', 'more'] as const)
}
