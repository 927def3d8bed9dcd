import type { Page, RowSource } from '../http/paging.js'
import { claiming } from './claimed-totals.js'
import type { FaultTable, PageFault } from './fault.js'
import { poisoned } from './poison.js'

/** What a fault may look at to alter a page. */
export interface PageContext {
  source: RowSource
  /** The page that was asked for. */
  requested: number
  /** The ids that were asked for; null when none were named. */
  ids: readonly number[] | null
  /** Every row of the list, in its own order, whatever was asked for. */
  everything(): RowSource
  /** How often this fault has struck, this time included. */
  strike: number
}

type Alter = (fault: never, page: Page, context: PageContext) => Page

/** Faults in rows or paging. To add one: a member of the union and an entry here. */
export const PAGE_FAULTS: FaultTable<PageFault, Alter> = {
  'page-as-text': {
    about: '`page` comes as text',
    defaults: {},
    act: (_fault, page) => ({ ...page, page: String(page.page) }),
  },
  'total-pages-missing': {
    about: '`total_pages` (simple: `total`) is left out',
    defaults: {},
    act: (_fault, page) => ({ ...page, totalPages: null }),
  },
  'total-pages-growing': {
    about: '`total_pages` grows by `by` with every strike',
    defaults: { by: 1 },
    act: ({ by }, page, { strike }) => resize(page, by * strike),
  },
  'total-pages-shrinking': {
    about: '`total_pages` shrinks by `by` with every strike',
    defaults: { by: 1 },
    act: ({ by }, page, { strike }) => resize(page, -by * strike),
  },
  'duplicate-in-page': {
    about: 'the first `rows` rows come twice in the page',
    defaults: { rows: 1 },
    act: ({ rows }, page) => ({ ...page, rows: [...page.rows, ...page.rows.slice(0, rows)] }),
  },
  'duplicate-across-pages': {
    about: 'the page opens with the last `rows` rows of the page before it',
    defaults: { rows: 1 },
    act: ({ rows }, page, { source, requested }) => {
      const start = (requested - 1) * page.limit
      const again = source.read(Math.max(0, start - rows), Math.min(rows, start))
      return { ...page, rows: [...again, ...page.rows] }
    },
  },
  shift: {
    about: 'the page starts `by` rows later, as if rows before it had gone (negative: earlier)',
    defaults: { by: 1 },
    act: ({ by }, page, { source, requested }) => {
      const start = Math.max(0, (requested - 1) * page.limit + by)
      return { ...page, rows: source.read(start, page.limit) }
    },
  },
  'empty-page': {
    about: 'no rows; `claims` says what the totals make of it',
    defaults: { claims: 'stale' },
    act: ({ claims }, page, { requested }) => claiming({ ...page, rows: [] }, claims, requested),
  },
  'short-page': {
    about: 'only `rows` rows of the page, or a `share` of them; `claims` says what the totals make of it',
    defaults: { rows: 1, share: 0, keep: 'first', claims: 'stale' },
    act: ({ rows, share, keep, claims }, page, { requested }) => {
      const kept = share > 0 ? Math.floor(page.rows.length * share) : rows
      return claiming({ ...page, rows: shortened(page.rows, kept, keep) }, claims, requested)
    },
  },
  'total-fixed': {
    about: 'every answer says that there are `pages` pages',
    defaults: { pages: 1 },
    act: ({ pages }, page) => ({ ...page, totalPages: pages, total: pages * page.limit }),
  },
  'total-lags': {
    about: 'the totals are behind by `rows` rows, always by as many (negative: ahead)',
    defaults: { rows: 1 },
    act: ({ rows }, page) => {
      const total = Math.max(0, page.total - rows)
      const totalPages = page.totalPages === null ? null : Math.ceil(total / page.limit)
      return { ...page, total, totalPages }
    },
  },
  'limit-shrinks': {
    about: 'pages hold `limit` rows, whatever is asked for; the totals say so, or are stale',
    defaults: { limit: 10, isTotalStale: false },
    act: ({ limit: largest, isTotalStale }, page, { source, requested }) => {
      const limit = Math.min(largest, page.limit)
      const totalPages = isTotalStale ? page.totalPages : Math.ceil(source.count / limit)
      return { ...page, limit, totalPages, rows: source.read((requested - 1) * limit, limit) }
    },
  },
  'order-ignored': {
    about: 'rows in the order of the catalogue, whichever is asked for',
    defaults: {},
    act: (_fault, page, { everything, requested, ids }) => {
      if (ids !== null) return page
      return { ...page, rows: everything().read((requested - 1) * page.limit, page.limit) }
    },
  },
  'row-replaced': {
    about: 'the row at `index` (from the end if negative) is missing and its neighbour stands there twice',
    defaults: { index: 0 },
    act: ({ index }, page) => {
      const place = index < 0 ? page.rows.length + index : index
      const neighbour = place > 0 ? place - 1 : 1
      if (place < 0 || place >= page.rows.length || neighbour >= page.rows.length) return page
      return { ...page, rows: page.rows.with(place, page.rows[neighbour]) }
    },
  },
  'other-page': {
    about: 'the rows of page `shows`, with the number and totals of the one asked for',
    defaults: { shows: 1 },
    act: ({ shows }, page, { source }) => ({
      ...page,
      rows: source.read((shows - 1) * page.limit, page.limit),
    }),
  },
  'nameless-rows': {
    about: 'the first `rows` rows (0: all) have an id that cannot be read',
    defaults: { rows: 0 },
    act: ({ rows }, page) => ({
      ...page,
      rows: page.rows.map((row, place) =>
        rows === 0 || place < rows ? poisoned(row, 'id-not-a-number') : row,
      ),
    }),
  },
  'foreign-rows': {
    about: 'the first `rows` rows (0: all) are other ones than were asked for by id',
    defaults: { rows: 0 },
    act: ({ rows }, page, { everything, ids }) => {
      const count = rows === 0 ? page.rows.length : Math.min(rows, page.rows.length)
      const all = everything()
      const others = all
        .read(0, (ids?.length ?? 0) + count)
        .filter((row) => !ids?.includes((row as { id: number }).id))
      return { ...page, rows: [...others.slice(0, count), ...page.rows.slice(count)] }
    },
  },
  'endless-page': {
    about: 'the rows of page `repeats`, whichever page is asked for, and always one more page to come',
    defaults: { repeats: 1 },
    act: ({ repeats }, page, { source, requested }) => ({
      ...page,
      rows: source.read((repeats - 1) * page.limit, page.limit),
      page: requested,
      totalPages: requested + 1,
      total: (requested + 1) * page.limit,
    }),
  },
  'poison-row': {
    about: 'one row is wrong; see the kinds of poison',
    defaults: { poison: 'no-name', index: 0, id: 0 },
    act: ({ poison, index, id }, page) => ({
      ...page,
      rows: page.rows.map((row, place) =>
        (id === 0 ? place === index : (row as { id?: unknown } | null)?.id === id)
          ? poisoned(row, poison)
          : row,
      ),
    }),
  },
}

function shortened(rows: readonly unknown[], kept: number, keep: 'first' | 'last' | 'ends'): unknown[] {
  const count = Math.min(rows.length, Math.max(0, kept))
  const fromFront = keep === 'first' ? count : keep === 'last' ? 0 : Math.ceil(count / 2)
  return [...rows.slice(0, fromFront), ...rows.slice(rows.length - (count - fromFront))]
}

/** Both dialects' idea of how much there is, moved together. */
function resize(page: Page, pages: number): Page {
  return {
    ...page,
    totalPages: page.totalPages === null ? null : Math.max(0, page.totalPages + pages),
    total: Math.max(0, page.total + pages * page.limit),
  }
}
