import { expect, test } from 'vitest'
import { fetchAllPages } from './fetch-all-pages.js'

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
  const requested: number[] = []
  const ids: string[] = []
  const pages = fetchAllPages({
    route: '/list',
    maxPages: 20,
    fetchPage: async (page) => {
      requested.push(page)
      return fetchPage(page)
    },
    keysOf: (page) => page.ids,
    ...more,
  })
  for await (const page of pages) ids.push(...page.ids)
  return { requested, ids }
}

test('a list with a number of pages needs that many requests', async () => {
  const { requested, ids } = await walk((page) => pageOf([`${page}`], 3))
  expect(requested).toEqual([1, 2, 3])
  expect(ids).toEqual(['1', '2', '3'])
})

test('a list that grows is read to its new end', async () => {
  const { ids } = await walk((page) => pageOf([`${page}`], page < 2 ? 2 : 3))
  expect(ids).toEqual(['1', '2', '3'])
})

test('no request is sent after the expected number of rows', async () => {
  const { requested } = await walk((page) => pageOf([`${page}`], null), { expected: 2 })
  expect(requested).toEqual([1, 2])
})

test('a list that always has new rows is an error after the largest number of pages', async () => {
  await expect(walk((page) => pageOf([`${page}`], null))).rejects.toThrow('more than 20 pages')
})
