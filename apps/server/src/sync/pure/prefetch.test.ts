import { describe, expect, it, vi } from 'vitest'
import { prefetched } from './prefetch.js'

const upTo = (last: number) => (page: number) => (page < last ? page + 1 : null)
const asIs = (fetched: string) => fetched

describe('prefetched', () => {
  it('yields every page once, prepared and in order, from the first requested', async () => {
    const seen: string[] = []
    const prepare = (fetched: string) => fetched.toUpperCase()
    for await (const { page, result } of prefetched(3, async (page) => `p${page}`, prepare, upTo(6))) {
      seen.push(`${page}:${result}`)
    }
    expect(seen).toEqual(['3:P3', '4:P4', '5:P5', '6:P6'])
  })

  it('fetches exactly one page ahead of the consumer', async () => {
    const requested: number[] = []
    const pages = prefetched(
      1,
      async (page) => {
        requested.push(page)
        return ''
      },
      asIs,
      upTo(9),
    )
    for (let held = 1; held <= 4; held++) {
      await pages.next()
      expect(requested).toEqual(Array.from({ length: held + 1 }, (_, i) => i + 1))
    }
  })

  it('requests the next page before it prepares the page that the consumer waits for', async () => {
    const order: string[] = []
    const pages = prefetched(
      1,
      async (page) => {
        order.push(`fetch ${page}`)
        return page
      },
      (page) => order.push(`prepare ${page}`),
      upTo(9),
    )
    await pages.next()
    expect(order).toEqual(['fetch 1', 'fetch 2', 'prepare 1'])
  })

  it('prepares the page ahead while the consumer is busy', async () => {
    let prepared = 0
    const pages = prefetched(
      1,
      async (page) => page,
      (page) => {
        prepared = page
      },
      upTo(9),
    )
    await pages.next()
    await vi.waitUntil(() => prepared === 2)
  })

  it('fails at the page that failed, after the ones before it', async () => {
    const pages = prefetched(
      1,
      async (page) => {
        if (page === 2) throw new Error('page 2')
        return ''
      },
      asIs,
      upTo(3),
    )
    expect(await pages.next()).toMatchObject({ value: { page: 1 } })
    await expect(pages.next()).rejects.toThrow('page 2')
  })

  it('fails at the page that cannot be prepared', async () => {
    const pages = prefetched(
      1,
      async (page) => page,
      (page) => {
        if (page === 2) throw new Error('page 2')
      },
      upTo(3),
    )
    expect(await pages.next()).toMatchObject({ value: { page: 1 } })
    await expect(pages.next()).rejects.toThrow('page 2')
  })
})
