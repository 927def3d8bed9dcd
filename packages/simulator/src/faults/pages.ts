import type { Page, RowSource } from '../http/paging.js'
import type { FaultTable, PageFault } from './fault.js'
import { poisoned } from './poison.js'

/** What a fault may look at to alter a page. */
export interface PageContext {
  source: RowSource
  /** The page that was asked for. */
  requested: number
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
    about: 'no rows, though there are pages after it',
    defaults: {},
    act: (_fault, page) => ({ ...page, rows: [] }),
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
        (id === 0 ? place === index : (row as { id?: unknown }).id === id) ? poisoned(row, poison) : row,
      ),
    }),
  },
}

/** Both dialects' idea of how much there is, moved together. */
function resize(page: Page, pages: number): Page {
  return {
    ...page,
    totalPages: page.totalPages === null ? null : Math.max(0, page.totalPages + pages),
    total: Math.max(0, page.total + pages * page.limit),
  }
}
