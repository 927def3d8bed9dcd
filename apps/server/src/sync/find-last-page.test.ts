import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findLastPage, type PageKind } from './find-last-page.js'

function source(last: number, tellsEnd: boolean) {
  const looks: number[] = []
  return {
    looks,
    async kindOf(page: number): Promise<PageKind> {
      looks.push(page)
      if (page > last) return 'behind'
      return page === last && tellsEnd ? 'end' : 'rows'
    },
  }
}

describe('findLastPage', () => {
  it('finds the end whatever the source says of it, asking for no page twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(5000), fc.nat(6000), fc.boolean(), async (last, guess, tellsEnd) => {
        const { kindOf, looks } = source(last, tellsEnd)
        expect(await findLastPage(guess, kindOf)).toBe(last)
        expect(new Set(looks).size).toBe(looks.length)
      }),
    )
  })

  it('needs one look where the source is right and shows its highest id', async () => {
    const { kindOf, looks } = source(25, true)
    await findLastPage(25, kindOf)
    expect(looks).toEqual([25])
  })

  it('needs few looks where the source is wrong', async () => {
    const { kindOf, looks } = source(5000, false)
    await findLastPage(1, kindOf)
    expect(looks.length).toBeLessThan(2 * Math.log2(5000) + 3)
  })

  it('gives up on a source that has rows for ever', async () => {
    expect(await findLastPage(3, async () => 'rows')).toBeNull()
  })
})
