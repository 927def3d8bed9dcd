// @vitest-environment jsdom
import type { Product } from '@espejo/contract'
import { QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen, within } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeApi } from '../../../test/fake-api.js'
import { createQueryClient } from '../../api/query-client.js'
import { startI18n } from '../../i18n/i18n.js'
import { ProductDetails } from './ProductDetails.js'
import { ProductTable } from './ProductTable.js'

const product: Product = {
  cianboxId: '7',
  sku: null,
  barcode: null,
  name: 'Martillo',
  description: null,
  price: '3900',
  onOffer: true,
  offer: { net: '2.2', final: '2.662', localNet: '2809.9174', localFinal: '3400' },
  cost: '1500',
  taxRate: '21',
  stock: '1',
  reserved: '0',
  categoryId: null,
  categoryName: null,
  brandId: null,
  brandName: null,
  isActive: true,
  parentId: null,
  isParent: false,
  size: null,
  color: null,
  imageUrls: [],
  prices: [
    { listId: '0', currencyId: '2', net: '2.5', final: '3.025', localNet: '3223.1405', localFinal: '3900' },
    { listId: '1', currencyId: '1', net: '100', final: '121', localNet: '100', localFinal: '125' },
  ],
  stockByBranch: [],
  sourceUpdatedAt: null,
  createdAt: '2026-01-01T00:00:00Z',
  changedAt: '2026-01-01T00:00:00Z',
  retiredAt: null,
}
const reference = { isActive: true, parentId: null, symbol: null, isLocal: false }

beforeEach(() => {
  const api = fakeApi()
  const list = (kind: string, items: object[]) =>
    api.on(`GET /api/references/${kind}`, { body: { items, nextCursor: null } })
  list('price_lists', [{ ...reference, cianboxId: '1', name: 'Efectivo' }])
  list('exchange_rates', [
    { ...reference, cianboxId: '1', name: 'Peso', symbol: '$', isLocal: true },
    { ...reference, cianboxId: '2', name: 'Dólar', symbol: 'u$s' },
  ])
  api.on('GET /api/products/7/history', { body: { items: [], nextCursor: null } })
  startI18n()
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const show = (screenOf: ReactNode) =>
  render(<QueryClientProvider client={createQueryClient()}>{screenOf}</QueryClientProvider>)

/** A cell's text with plain spaces. */
const textOf = (element: Element | null | undefined) => element?.textContent?.replaceAll('\u00a0', ' ')

describe('the details of a product', () => {
  it('show each amount with its currency symbol, and the local amount if it differs', async () => {
    show(<ProductDetails product={product} />)
    await screen.findByText('Efectivo')
    await screen.findAllByText('Dólar')
    const rows = within(screen.getByRole('table', { name: 'Precios por lista' })).getAllByRole('row')
    const cells = rows.map((row) => within(row).queryAllByRole('cell').slice(-2).map(textOf))
    expect(cells).toEqual([
      [],
      ['u$s 2,20En moneda local: $ 2.809,9174', 'u$s 2,662En moneda local: $ 3.400,00'],
      ['u$s 2,50En moneda local: $ 3.223,1405', 'u$s 3,025En moneda local: $ 3.900,00'],
      ['$ 100,00', '$ 121,00En moneda local: $ 125,00'],
    ])
    expect(textOf(screen.getByText('Costo').nextElementSibling)).toBe('$ 1.500,00')
  })

  it('show the charged price first, then the list price', async () => {
    show(<ProductDetails product={product} />)
    await screen.findByText('Efectivo')
    expect(textOf(document.querySelector('strong'))).toBe('Oferta: $ 3.400,00')
    expect(textOf(document.querySelector('s'))).toBe('$ 3.900,00')
  })

  it('show one price for a product without an offer', async () => {
    show(<ProductDetails product={{ ...product, onOffer: false, offer: null }} />)
    await screen.findByText('Efectivo')
    expect(textOf(document.querySelector('strong'))).toBe('$ 3.900,00')
    expect(document.querySelector('s')).toBeNull()
    expect(screen.queryByText('Oferta')).toBeNull()
  })
})

describe('the list of products', () => {
  it('marks an offer and shows the charged price', async () => {
    show(<ProductTable products={[product]} hrefOf={(id) => id} />)
    expect(screen.getByText('Oferta')).toBeTruthy()
    expect(textOf(document.querySelector('strong'))).toBe('Oferta: $ 3.400,00')
  })
})
