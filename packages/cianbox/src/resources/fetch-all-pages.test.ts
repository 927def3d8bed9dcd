import { expect, test } from 'vitest'
import { walkPages } from './fetch-all-pages.js'

interface TestPage {
  ids: string[]
  rejects: []
  totalPages: number | null
  received: number
}

const pageOf = (ids: string[], totalPages: number | null): TestPage => ({
  ids,
  rejects: [],
  totalPages,
  received: ids.length,
})

async function walk(fetchPage: (page: number) => TestPage, more: { expected?: number } = {}) {
  const asked: number[] = []
  const ids: string[] = []
  const pages = walkPages({
    route: '/list',
    maxPages: 20,
    fetchPage: async (page) => {
      asked.push(page)
      return fetchPage(page)
    },
    keysOf: (page) => page.ids,
    ...more,
  })
  for await (const page of pages) ids.push(...page.ids)
  return { asked, ids }
}

test('a list that says how long it is costs that many requests', async () => {
  const { asked, ids } = await walk((page) => pageOf([`${page}`], 3))
  expect(asked).toEqual([1, 2, 3])
  expect(ids).toEqual(['1', '2', '3'])
})

test('a list that grows is walked to its new end', async () => {
  const { ids } = await walk((page) => pageOf([`${page}`], page < 2 ? 2 : 3))
  expect(ids).toEqual(['1', '2', '3'])
})

test('what is expected ends a walk without a request more', async () => {
  const { asked } = await walk((page) => pageOf([`${page}`], null), { expected: 2 })
  expect(asked).toEqual([1, 2])
})

test('a list that always brings something new ends at the bound, and is not taken for whole', async () => {
  await expect(walk((page) => pageOf([`${page}`], null))).rejects.toThrow('more than 20 pages')
})
