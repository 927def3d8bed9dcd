import { describe, expect, it } from 'vitest'
import { flattenPages, nextPageParam } from './pages.js'

const page = (ids: string[], nextCursor: string | null) => ({ items: ids.map((id) => ({ id })), nextCursor })

describe('nextPageParam', () => {
  it('follows the cursor of the last page', () => {
    expect(nextPageParam(page(['1'], 'c2'), [], null, [null])).toBe('c2')
  })

  it('ends with the page that has none', () => {
    expect(nextPageParam(page(['1'], null), [], 'c2', [null, 'c2'])).toBeUndefined()
  })

  it('ends at a cursor that occurs twice', () => {
    expect(nextPageParam(page(['1'], 'c2'), [], 'c3', [null, 'c2', 'c3'])).toBeUndefined()
  })
})

describe('flattenPages', () => {
  it('keeps the order and shows a row that moved between pages once', () => {
    const rows = flattenPages([page(['1', '2'], 'c'), page(['2', '3'], null)], (row) => row.id)
    expect(rows.map((row) => row.id)).toEqual(['1', '2', '3'])
  })

  it('is empty without pages', () => {
    expect(flattenPages([], String)).toEqual([])
  })
})
