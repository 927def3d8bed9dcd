import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseProductPage } from './product-page.js'
import { isStorableValue } from './text.js'

const ctx = { requestedPage: 1, limit: 200 }
const NAMES_V2 = [
  'id',
  'producto',
  'codigo_interno',
  'updated',
  'precio_neto',
  'alicuota_iva',
  'precios',
  'oferta',
  'precio_oferta',
  'detalle_oferta',
  'costo_neto_calculado',
  'stock_sucursal',
  'id_marca',
  'vigente',
  'imagenes',
  'detalle_imagenes',
]
const NAMES_SIMPLE = ['codigo', 'nombre', 'precio_venta', 'stock', 'categoria_id', 'activo']

describe('for any rows', { timeout: 60_000 }, () => {
  /** Rows like products, with random values in the fields that are read. */
  const fields = [...NAMES_V2, ...NAMES_SIMPLE]
  const hostile = fc.oneof(
    fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 }),
    fc.array(fc.record({ id_lista_precio: fc.jsonValue(), final: fc.jsonValue(), url: fc.jsonValue() })),
    fc.constantFrom('\0', '\ud800', '1e30', 'NaN', '12,5', -0, 1e308, '__proto__'),
  )
  const likeProducts = fc.dictionary(fc.constantFrom(...fields, '__proto__', 'constructor'), hostile)
  const rows = fc.array(fc.oneof(fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 }), likeProducts), {
    maxLength: 6,
  })

  test.each(['v2', 'simple'] as const)(
    'the %s parser does not throw, loses no row, changes no input and yields what can be stored',
    (dialect) => {
      fc.assert(
        fc.property(rows, (list) => {
          const before = structuredClone(list)
          const page = parseProductPage({ body: list, data: list }, dialect, ctx)
          expect(page.products.length + page.rejects.length).toBe(page.received)
          expect(page.received).toBe(list.length)
          expect(list).toEqual(before)
          for (const item of [...page.products, ...page.rejects]) expect(isStorableValue(item)).toBe(true)
        }),
      )
    },
  )

  test('there is an offer only if `oferta` is true, and none of its amounts is 0 or less', () => {
    const amount = fc.oneof(
      fc.constantFrom(undefined, null, '', 0, '0.00', 'NaN'),
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    )
    const detalle_oferta = fc.record({
      precio_oferta_neto: amount,
      precio_oferta_final: amount,
      precio_oferta_neto_calculado: amount,
      precio_oferta_final_calculado: amount,
    })
    const row = fc.record({
      oferta: fc.constantFrom(true, false, '1', '0', undefined, 'x'),
      alicuota_iva: fc.constantFrom(1.21, 10.5, undefined),
      precio_oferta: amount,
      precio_oferta_calculado: amount,
      detalle_oferta: fc.oneof(detalle_oferta, fc.constantFrom(undefined, null, [], '')),
    })
    fc.assert(
      fc.property(row, (fields) => {
        const { products } = parseProductPage({ body: [{ id: 1, producto: 'x', ...fields }] }, 'v2', ctx)
        for (const { onOffer, offer } of products) {
          if (offer === null) continue
          expect(onOffer).toBe(true)
          const amounts = Object.values(offer).filter((one) => one !== null)
          expect(amounts.length).toBeGreaterThan(0)
          for (const one of amounts) expect(one).toMatch(/^(?!0$)\d+(\.\d*[1-9])?$/)
        }
      }),
    )
  })

  test('accepted amounts are decimals below 1e15', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.string(), fc.jsonValue()), (precio_neto) => {
        for (const { priceNet } of parseProductPage(
          { body: [{ id: 1, producto: 'x', precio_neto }] },
          'v2',
          ctx,
        ).products) {
          if (priceNet === null) continue
          expect(priceNet).toMatch(/^-?\d+(\.\d+)?$/)
          expect(Math.abs(Number(priceNet))).toBeLessThan(1e15)
        }
      }),
    )
  })
})
