import type { Page, RowSource } from '../http/paging.js'
import { withClaimedTotals } from './claimed-totals.js'
import type { FaultTable, PageFault } from './fault.js'
import { poisoned } from './poison.js'

/** What a fault can read when it alters a page. */
export interface PageContext {
  source: RowSource
  /** The requested page. */
  requested: number
  /** The requested ids; null for a request without ids. */
  ids: readonly number[] | null
  /** Every row of the list, in its default order, without the request's filters. */
  everything(): RowSource
  /** How often this fault has been applied, this time included. */
  timesApplied: number
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
    about: '`total_pages` grows by `by` each time',
    defaults: { by: 1 },
    act: ({ by }, page, { timesApplied }) => resize(page, by * timesApplied),
  },
  'total-pages-shrinking': {
    about: '`total_pages` shrinks by `by` each time',
    defaults: { by: 1 },
    act: ({ by }, page, { timesApplied }) => resize(page, -by * timesApplied),
  },
  'duplicate-in-page': {
    about: 'the first `rows` rows come twice in the page',
    defaults: { rows: 1 },
    act: ({ rows }, page) => ({ ...page, rows: [...page.rows, ...page.rows.slice(0, rows)] }),
  },
  'duplicate-across-pages': {
    about: 'the page begins with the last `rows` rows of the previous page',
    defaults: { rows: 1 },
    act: ({ rows }, page, { source, requested }) => {
      const start = (requested - 1) * page.limit
      const again = source.read(Math.max(0, start - rows), Math.min(rows, start))
      return { ...page, rows: [...again, ...page.rows] }
    },
  },
  shift: {
    about: 'the page starts `by` rows later, as if rows before it had been deleted (negative: earlier)',
    defaults: { by: 1 },
    act: ({ by }, page, { source, requested }) => {
      const start = Math.max(0, (requested - 1) * page.limit + by)
      return { ...page, rows: source.read(start, page.limit) }
    },
  },
  'empty-page': {
    about: 'no rows; `claims` sets the totals',
    defaults: { claims: 'stale' },
    act: ({ claims }, page, { requested }) => withClaimedTotals({ ...page, rows: [] }, claims, requested),
  },
  'short-page': {
    about: 'only `rows` rows of the page, or a `share` of them; `claims` sets the totals',
    defaults: { rows: 1, share: 0, keep: 'first', claims: 'stale' },
    act: ({ rows, share, keep, claims }, page, { requested }) => {
      const kept = share > 0 ? Math.floor(page.rows.length * share) : rows
      return withClaimedTotals({ ...page, rows: shortened(page.rows, kept, keep) }, claims, requested)
    },
  },
  'total-fixed': {
    about: 'every response has `pages` as number of pages',
    defaults: { pages: 1 },
    act: ({ pages }, page) => ({ ...page, totalPages: pages, total: pages * page.limit }),
  },
  'total-lags': {
    about: 'the totals are always too small by `rows` rows (negative: too large)',
    defaults: { rows: 1 },
    act: ({ rows }, page) => {
      const total = Math.max(0, page.total - rows)
      const totalPages = page.totalPages === null ? null : Math.ceil(total / page.limit)
      return { ...page, total, totalPages }
    },
  },
  'limit-shrinks': {
    about: 'pages have at most `limit` rows, whatever is requested; the totals match that, or are stale',
    defaults: { limit: 10, isTotalStale: false },
    act: ({ limit: largest, isTotalStale }, page, { source, requested }) => {
      const limit = Math.min(largest, page.limit)
      const totalPages = isTotalStale ? page.totalPages : Math.ceil(source.count / limit)
      return { ...page, limit, totalPages, rows: source.read((requested - 1) * limit, limit) }
    },
  },
  'order-ignored': {
    about: 'rows in default order, whichever order is requested',
    defaults: {},
    act: (_fault, page, { everything, requested, ids }) => {
      if (ids !== null) return page
      return { ...page, rows: everything().read((requested - 1) * page.limit, page.limit) }
    },
  },
  'row-replaced': {
    about: 'the row at `index` (from the end if negative) is replaced by a copy of its neighbour',
    defaults: { index: 0 },
    act: ({ index }, page) => {
      const place = index < 0 ? page.rows.length + index : index
      const neighbour = place > 0 ? place - 1 : 1
      if (place < 0 || place >= page.rows.length || neighbour >= page.rows.length) return page
      return { ...page, rows: page.rows.with(place, page.rows[neighbour]) }
    },
  },
  'other-page': {
    about: 'the rows of page `shows`, with the number and totals of the requested page',
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
    about: 'the first `rows` rows (0: all) are not those requested by id',
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
    about: 'the rows of page `repeats`, whichever page is requested, and always one more page',
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

/** Changes the totals of both dialects by a number of pages. */
function resize(page: Page, pages: number): Page {
  return {
    ...page,
    totalPages: page.totalPages === null ? null : Math.max(0, page.totalPages + pages),
    total: Math.max(0, page.total + pages * page.limit),
  }
}
