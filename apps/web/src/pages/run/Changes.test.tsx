// @vitest-environment jsdom
import type { ProductChange, Run } from '@espejo/contract'
import { QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FakeApi, fakeApi } from '../../../test/fake-api.js'
import { createQueryClient } from '../../api/query-client.js'
import { startI18n } from '../../i18n/i18n.js'
import { Changes } from './Changes.js'

const PATH = '/api/cianbox/sync/runs/r1/changes'
const run = { id: 'r1', status: 'complete', dryRun: false, created: 0 } as Run
const change: ProductChange = {
  changeId: '1',
  cianboxId: '10564',
  name: 'Caño de PVC 110 mm',
  runId: 'r1',
  kind: 'updated',
  fields: [
    { field: 'name', old: '<b>Caño</b>', new: null },
    { field: 'stockByBranch.3', old: '10', new: '-2.5' },
    { field: 'prices.1.final', old: '1', new: '1.05' },
    { field: 'prices.1.localFinal', old: '1234.5', new: '1300' },
    { field: 'isActive', old: true, new: false },
  ],
  changedAt: '2026-01-01T00:00:00Z',
}
let api: FakeApi

beforeEach(() => {
  api = fakeApi()
  api.on(`GET ${PATH}`, { body: { items: [change], nextCursor: null } })
  api.on('GET /api/references/price_lists', list('1', 'Mayorista'))
  api.on('GET /api/references/branches', list('3', 'Centro'))
  startI18n()
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

describe('the changes of a run', () => {
  it('are listed field by field, prices and stock first, in the reader’s number format', async () => {
    open(run)
    await screen.findByText('Mayorista, final')
    await screen.findByText('Stock en Centro')
    const fields = screen
      .getAllByRole('term')
      .map((term) => [
        term.textContent,
        term.nextElementSibling?.textContent?.replace('antes ', '').replace('después ', ''),
      ])
    expect(fields).toEqual([
      ['Mayorista, final', '$\u00a01.234,50 → $\u00a01.300,00'],
      ['Stock en Centro', '10 → −2,5'],
      ['Mayorista, final en su moneda', '1,00 → 1,05'],
      ['Nombre', '<b>Caño</b> → —'],
      ['Activo', 'Sí → No'],
    ])
    expect(within(screen.getByRole('table')).getByText('Actualizado')).toBeTruthy()
  })

  it('link to their products', async () => {
    open(run)
    const link = await screen.findByRole('link', { name: 'Caño de PVC 110 mm' })
    expect(link.getAttribute('href')).toBe('/productos/10564')
    expect(screen.getByText('Id 10564')).toBeTruthy()
  })

  it('show the id without a link for a product that is not in the mirror', async () => {
    api.on(`GET ${PATH}`, {
      body: { items: [{ ...change, name: null, kind: 'created', fields: [] }], nextCursor: null },
    })
    open({ ...run, dryRun: true })
    expect(await screen.findByText('Id 10564')).toBeTruthy()
    expect(screen.queryByRole('link')).toBeNull()
  })

  it('show the new name of a product that a dry run would create', async () => {
    const fields = [{ field: 'name', old: null, new: 'Taladro nuevo' }]
    api.on(`GET ${PATH}`, {
      body: { items: [{ ...change, name: null, kind: 'created', fields }], nextCursor: null },
    })
    open({ ...run, dryRun: true })
    expect(await screen.findByRole('rowheader', { name: /^Taladro nuevo/ })).toBeTruthy()
    expect(screen.queryByRole('link')).toBeNull()
  })

  it('of a dry run are worded as what would change', async () => {
    open({ ...run, dryRun: true })
    expect(await screen.findByText('Cambiaría')).toBeTruthy()
    expect(screen.queryByText('Actualizado')).toBeNull()
  })

  it('explain why there are none after the first load', async () => {
    api.on(`GET ${PATH}`, { body: { items: [], nextCursor: null } })
    open({ ...run, created: 1200 })
    expect(await screen.findByText(/^De la primera carga/)).toBeTruthy()
  })
})

function open(shown: Run) {
  render(
    <QueryClientProvider client={createQueryClient()}>
      <Changes run={shown} />
    </QueryClientProvider>,
  )
}

function list(cianboxId: string, name: string) {
  return { body: { items: [{ cianboxId, name, isActive: true, parentId: null }], nextCursor: null } }
}
