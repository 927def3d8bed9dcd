import { describe, expect, test } from 'vitest'
import { faulty, page2 } from '../../test/faulty.js'

describe('rows and paging', () => {
  test('page-as-text', async () => {
    const { list } = await faulty({ kind: 'page-as-text' })
    expect((await list('/productos', page2)).page).toBe('2')
  })

  test('total-pages-missing', async () => {
    const { list } = await faulty({ kind: 'total-pages-missing' })
    expect(await list('/productos', page2)).not.toHaveProperty('total_pages')
  })

  test('total-pages-growing and -shrinking', async () => {
    const { list, account } = await faulty({ kind: 'total-pages-growing', by: 2 })
    const pages = async () => (await list('/productos', page2)).total_pages
    expect([await pages(), await pages()]).toEqual([6, 8])
    account.clearFaults()
    account.inject({ kind: 'total-pages-shrinking' })
    expect([await pages(), await pages()]).toEqual([3, 2])
  })

  test('duplicate-in-page', async () => {
    const { list, truth } = await faulty({ kind: 'duplicate-in-page', rows: 2 })
    expect((await list('/productos', page2)).body).toEqual([...truth(2), ...truth(2).slice(0, 2)])
  })

  test('duplicate-across-pages', async () => {
    const { list, truth } = await faulty({ kind: 'duplicate-across-pages', rows: 3 })
    expect((await list('/productos', page2)).body).toEqual([...truth(1).slice(-3), ...truth(2)])
    expect((await list('/productos', { limit: 50 })).body).toEqual(truth(1))
  })

  test('shift, forwards and backwards', async () => {
    const { list, truth, account } = await faulty({ kind: 'shift', by: 4 })
    expect((await list('/productos', page2)).body).toEqual([...truth(2).slice(4), ...truth(3).slice(0, 4)])
    account.clearFaults()
    account.inject({ kind: 'shift', by: -4 })
    expect((await list('/productos', page2)).body).toEqual([...truth(1).slice(-4), ...truth(2).slice(0, -4)])
  })

  test('empty-page', async () => {
    const { list } = await faulty({ kind: 'empty-page', page: 2 })
    expect(await list('/productos', page2)).toMatchObject({ page: 2, total_pages: 4, body: [] })
  })

  test('endless-page', async () => {
    const { list, truth } = await faulty({ kind: 'endless-page', repeats: 3, fromPage: 3 })
    const answer = await list('/productos', { limit: 50, page: 70 })
    expect(answer).toMatchObject({ page: 70, total_pages: 71 })
    expect(answer.body).toEqual(truth(3))
  })

  test('two at once', async () => {
    const { list, account } = await faulty({ kind: 'duplicate-in-page' })
    account.inject({ kind: 'page-as-text' })
    const answer = await list('/productos', page2)
    expect([answer.page, answer.body.length]).toEqual(['2', 51])
  })
})
