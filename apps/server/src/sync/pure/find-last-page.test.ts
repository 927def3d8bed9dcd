import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findLastPage, type PageKind } from './find-last-page.js'

function source(last: number, marksEnd: boolean) {
  const fetched: number[] = []
  return {
    fetched,
    async kindOf(page: number): Promise<PageKind> {
      fetched.push(page)
      if (page > last) return 'past-end'
      return page === last && marksEnd ? 'end' : 'rows'
    },
  }
}

describe('findLastPage', () => {
  it('finds the last page from any guess, and fetches no page twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(5000), fc.nat(6000), fc.boolean(), async (last, guess, marksEnd) => {
        const { kindOf, fetched } = source(last, marksEnd)
        expect(await findLastPage(guess, kindOf)).toBe(last)
        expect(new Set(fetched).size).toBe(fetched.length)
      }),
    )
  })

  it('fetches one page when the guess is right and the page is known to be the last', async () => {
    const { kindOf, fetched } = source(25, true)
    await findLastPage(25, kindOf)
    expect(fetched).toEqual([25])
  })

  it('fetches a logarithmic number of pages when the guess is wrong', async () => {
    const { kindOf, fetched } = source(5000, false)
    await findLastPage(1, kindOf)
    expect(fetched.length).toBeLessThan(2 * Math.log2(5000) + 3)
  })

  it('returns null for a list that never ends', async () => {
    expect(await findLastPage(3, async () => 'rows')).toBeNull()
  })
})
