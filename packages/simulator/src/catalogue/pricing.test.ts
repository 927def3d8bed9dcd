import { expect, test } from 'vitest'
import { offerOf, priceOf } from './pricing.js'

test('a price follows the documented example: 0.4379 dollars, VAT 1.21, rounded up to 5', () => {
  expect(priceOf({ listId: 0, currencyId: 2, neto: 0.4379, redondeo: 5 }, 1.21, 28, 'x')).toEqual({
    id_lista_precio: 0,
    updated: 'x',
    id_moneda: 2,
    neto: 0.4379,
    final: 0.5299,
    redondeo: 5,
    neto_calculado: 12.3967,
    final_calculado: 15,
  })
})

test('an amount that is already a multiple is not rounded up to the next', () => {
  const price = priceOf({ listId: 0, currencyId: 1, neto: 25000, redondeo: 50 }, 1.21, 1, 'x')
  expect(price.final_calculado).toBe(30250)
})

test('without rounding the amount keeps four decimals', () => {
  const price = priceOf({ listId: 0, currencyId: 2, neto: 1.2345, redondeo: 0 }, 1.105, 1285.5, 'x')
  expect(price.final_calculado).toBe(1753.5506)
})

test('an offer follows the documented example', () => {
  const basis = { listId: 0, currencyId: 1, neto: 28700, redondeo: 100 }
  expect(offerOf(basis, 25000, 1.21, 1)).toEqual({
    precio_oferta_neto: 25000,
    precio_oferta_final: 30250,
    precio_oferta_neto_calculado: 25041.3223,
    precio_oferta_final_calculado: 30300,
    precio_original_neto: 28700,
    precio_original_final: 34727,
    precio_original_neto_calculado: 28760.3306,
    precio_original_final_calculado: 34800,
  })
})
