import { describe, expect, it } from 'vitest'
import { prefetched } from './prefetch.js'

const upTo = (last: number) => (_: string, page: number) => (page < last ? page + 1 : null)

describe('prefetched', () => {
  it('gives every page once and in order, from the first asked for', async () => {
    const seen: string[] = []
    for await (const { page, result } of prefetched(3, async (page) => `p${page}`, upTo(6))) {
      seen.push(`${page}:${result}`)
    }
    expect(seen).toEqual(['3:p3', '4:p4', '5:p5', '6:p6'])
  })

  it('has asked for one page more than the consumer holds, and never for two', async () => {
    const asked: number[] = []
    const pages = prefetched(
      1,
      async (page) => {
        asked.push(page)
        return ''
      },
      upTo(9),
    )
    for (let held = 1; held <= 4; held++) {
      await pages.next()
      expect(asked).toEqual(Array.from({ length: held + 1 }, (_, i) => i + 1))
    }
  })

  it('fails at the page that failed, after the ones before it', async () => {
    const pages = prefetched(
      1,
      async (page) => {
        if (page === 2) throw new Error('page 2')
        return ''
      },
      upTo(3),
    )
    expect(await pages.next()).toMatchObject({ value: { page: 1 } })
    await expect(pages.next()).rejects.toThrow('page 2')
  })
})
