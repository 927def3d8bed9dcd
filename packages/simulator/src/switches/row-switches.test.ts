import { expect, test } from 'vitest'
import { start } from '../../test/start.js'
import type { ProductRow } from '../catalogue/rows.js'

const DOLLAR = 2

async function rowsOf(products = 600) {
  const started = await start({ products })
  const rows = async () => (await started.walk()) as unknown as ProductRow[]
  return { ...started, rows }
}

test('`costo` is in the local currency or in that of list 0', async () => {
  const { rows, account } = await rowsOf()
  const inDollars = async () => (await rows()).filter((row) => row.precios[0]?.id_moneda === DOLLAR)
  for (const row of await inDollars()) expect(row.costo).toBe(row.costo_neto_calculado)
  account.setSwitches({ costCurrency: 'list' })
  const some = await inDollars()
  expect(some.length).toBeGreaterThan(0)
  for (const row of some) expect(row.costo).toBeLessThan(row.precios[0]?.neto ?? 0)
})

test('the calculated costs are there or not', async () => {
  const { rows, account } = await rowsOf(3)
  expect((await rows())[0]).toHaveProperty('costo_final_calculado')
  account.setSwitches({ calculatedCost: false })
  for (const row of await rows()) {
    expect(row).not.toHaveProperty('costo_neto_calculado')
    expect(row).not.toHaveProperty('costo_final_calculado')
  }
})

test('an offer is in its detail only, also in `precio_neto`, or also in list 0', async () => {
  const { rows, account } = await rowsOf()
  const offered = async () =>
    (await rows()).flatMap(({ precio_neto, precios, detalle_oferta: detail }) =>
      detail && precios[0] ? [{ precio_neto, list: precios[0], detail }] : [],
    )
  expect((await offered()).length).toBeGreaterThan(0)
  for (const { precio_neto, list, detail } of await offered()) {
    expect(precio_neto).toBe(detail.precio_original_neto_calculado)
    expect(list.final_calculado).toBe(detail.precio_original_final_calculado)
  }
  account.setSwitches({ offerPricing: 'net' })
  for (const { precio_neto, list, detail } of await offered()) {
    expect(precio_neto).toBe(detail.precio_oferta_neto_calculado)
    expect(list.neto).toBe(detail.precio_original_neto)
  }
  account.setSwitches({ offerPricing: 'default-list' })
  for (const { precio_neto, list, detail } of await offered()) {
    expect(precio_neto).toBe(detail.precio_oferta_neto_calculado)
    expect(list.neto).toBe(detail.precio_oferta_neto)
    expect(list.final_calculado).toBe(detail.precio_oferta_final_calculado)
  }
})

test('the two lists of images agree everywhere or not', async () => {
  const { rows, account } = await rowsOf()
  const disagreeing = async () =>
    (await rows()).filter((row) => row.imagenes.join() !== row.detalle_imagenes.map(({ url }) => url).join())
  for (const row of await disagreeing()) {
    expect([...row.imagenes].sort()).toEqual(row.detalle_imagenes.map(({ url }) => url).sort())
  }
  expect((await disagreeing()).length).toBeGreaterThan(0)
  account.setSwitches({ imageOrder: 'agree' })
  expect(await disagreeing()).toEqual([])
})

test('values are as irregular as the documented ones', async () => {
  const { rows } = await rowsOf()
  const all = await rows()
  // `precio_oferta_calculado` does not carry the list's rounding, and the detail does.
  expect(
    all.some(
      (row) => row.oferta && row.precio_oferta_calculado !== row.detalle_oferta?.precio_oferta_neto_calculado,
    ),
  ).toBe(true)
  const reservedAtBranches = (row: ProductRow) =>
    row.stock_sucursal.reduce((sum, { reservado }) => sum + reservado, 0)
  expect(all.some((row) => row.reservado === 0 && reservedAtBranches(row) > 0)).toBe(true)
  // A list in dollars has its own amounts in dollars and the calculated ones in pesos.
  for (const { precios } of all) {
    const inDollars = precios.filter(({ id_moneda }) => id_moneda === DOLLAR)
    for (const { neto, neto_calculado } of inDollars) expect(neto_calculado).toBeGreaterThan(neto * 1000)
  }
})
