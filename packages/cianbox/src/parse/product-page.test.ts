import { describe, expect, test } from 'vitest'
import { CianboxError } from '../errors.js'
import { type ProductPage, parseProductPage, parseProductRows } from './product-page.js'

const ctx = { requestedPage: 4, limit: 200 }
const parse = (rows: unknown): ProductPage =>
  parseProductPage({ status: 'ok', body: rows, page: 4, total_pages: 9 }, 'v2', ctx)

/** The one product of a page with this row. */
function product(row: Record<string, unknown>) {
  const { products, rejects } = parse([{ id: 1, producto: 'Mate', ...row }])
  expect(rejects).toEqual([])
  const [first] = products
  if (!first) throw new Error('no product')
  return first
}

/** The one reject of a page with this row. */
function reject(row: unknown) {
  const { rejects } = parse([row])
  expect(rejects).toHaveLength(1)
  return rejects[0]
}

const DOCUMENTED = {
  id: 10564,
  updated: '2018-08-02 22:06:19',
  producto: 'Remera',
  id_marca: 3,
  marca: 'Acme',
  id_categoria: '12',
  categoria: 'Ropa',
  descripcion: '',
  codigo_interno: 'R-1',
  codigo_barras: 7791234567890,
  costo: 8.456,
  stock_total: -2.5,
  reservado: '1.00',
  stock_sucursal: [{ id_sucursal: 1, stock: 10, reservado: 1, disponible: 9 }],
  precio_neto: 12.3967,
  precios: [
    { id_lista_precio: 2, id_moneda: 1, neto_calculado: 20, final_calculado: 24.2 },
    { id_lista_precio: 0, id_moneda: 2, neto: 1, final: 1.21, neto_calculado: 12.3967, final_calculado: 15 },
  ],
  alicuota_iva: 1.21,
  talle: 'M',
  color: '',
  genero: null,
  imagenes: ['https://cdn.test/1.jpg'],
  vigente: true,
  es_padre: false,
  id_producto_padre: 0,
}

describe('a documented row', () => {
  test('becomes a product', () => {
    expect(parse([DOCUMENTED]).products).toEqual([
      {
        id: '10564',
        name: 'Remera',
        sku: 'R-1',
        barcode: '7791234567890',
        description: null,
        price: '15',
        priceNet: '12.3967',
        onOffer: false,
        offer: null,
        cost: '8.456',
        taxRate: '21',
        stock: '-2.5',
        reserved: '1',
        categoryId: '12',
        categoryName: 'Ropa',
        brandId: '3',
        brandName: 'Acme',
        isActive: true,
        parentId: null,
        isParent: false,
        size: 'M',
        color: null,
        gender: null,
        season: null,
        material: null,
        location: null,
        condition: null,
        warranty: null,
        imageUrls: ['https://cdn.test/1.jpg'],
        prices: [
          { listId: '2', currencyId: '1', net: null, final: null, localNet: '20', localFinal: '24.2' },
          { listId: '0', currencyId: '2', net: '1', final: '1.21', localNet: '12.3967', localFinal: '15' },
        ],
        stockByBranch: [{ branchId: '1', stock: '10', reserved: '1', available: '9' }],
        sourceUpdatedAt: '2018-08-03T01:06:19.000Z',
        raw: DOCUMENTED,
        notes: [],
      },
    ])
  })

  test('of the simple dialect becomes one too', () => {
    const row = {
      id: '7',
      codigo: 'A1',
      codigo_barras: '',
      nombre: 'Mate',
      descripcion: 'De calabaza',
      precio_venta: '1234.50',
      precio_costo: 900,
      stock: '3',
      categoria_id: 2,
      marca_id: 0,
      activo: '1',
    }
    const page = parseProductPage({ data: [row], total: 201 }, 'simple', ctx)
    expect(page).toMatchObject({ page: null, totalPages: 2, received: 1, rejects: [] })
    expect(page.products[0]).toMatchObject({
      id: '7',
      sku: 'A1',
      barcode: null,
      name: 'Mate',
      price: '1234.5',
      cost: '900',
      stock: '3',
      categoryId: '2',
      brandId: null,
      isActive: true,
      notes: [],
    })
  })
})

describe('price', () => {
  test('without a calculated one is the net price plus tax, rounded to cents', () => {
    const { price, notes } = product({
      precio_neto: 12.3967,
      alicuota_iva: 21,
      precios: [{ id_lista_precio: 0, final: 1 }],
    })
    expect(price).toBe('15')
    expect(notes).toEqual([expect.stringContaining('precio neto más la alícuota')])
  })

  test('without a tax rate is `final` of the default list', () => {
    const { price, notes } = product({ precios: [{ id_lista_precio: '0', final: '9.90' }] })
    expect(price).toBe('9.9')
    expect(notes).toHaveLength(1)
  })

  test('is not `final` of a default list with a currency, which may not be the local one', () => {
    const precios = [{ id_lista_precio: 0, id_moneda: 2, neto: 8, final: '9.90' }]
    const { price, notes, prices } = product({ precios })
    expect(price).toBeNull()
    expect(prices[0]).toMatchObject({ currencyId: '2', final: '9.9', localFinal: null })
    expect(notes).toEqual([expect.stringContaining('moneda 2')])
  })

  test('is never the price of another list', () => {
    expect(product({ precios: [{ id_lista_precio: 3, final_calculado: 5 }] }).price).toBeNull()
  })
})

describe('cost', () => {
  test('is `costo_neto_calculado`, in the local currency, else `costo`', () => {
    expect(product({ costo: 2.6384, costo_neto_calculado: 3391.6632 }).cost).toBe('3391.6632')
    expect(product({ costo: 8.456 }).cost).toBe('8.456')
    expect(product({ costo: 8.456, costo_neto_calculado: '' }).cost).toBe('8.456')
  })
})

describe('an offer', () => {
  const detalle_oferta = {
    precio_oferta_neto: 25000,
    precio_oferta_final: 30250,
    precio_oferta_neto_calculado: 25041.3223,
    precio_oferta_final_calculado: 30300,
    precio_original_neto: 28700,
  }
  const plain = { oferta: true, alicuota_iva: 1.21, precio_oferta: 25000, precio_oferta_calculado: 25000 }
  const offerOf = (row: Record<string, unknown>) => product({ ...plain, ...row })

  test('has the amounts of `detalle_oferta`, in both currencies', () => {
    const { onOffer, offer, notes } = offerOf({ detalle_oferta })
    expect(onOffer).toBe(true)
    expect(offer).toEqual({ net: '25000', final: '30250', localNet: '25041.3223', localFinal: '30300' })
    expect(notes).toEqual([])
  })

  test('without `detalle_oferta` has the net amounts, and the calculated local price with tax, with a note', () => {
    for (const detail of [undefined, null, '', [], 'no']) {
      const { offer, notes } = offerOf({ detalle_oferta: detail })
      expect(offer).toEqual({ net: '25000', final: null, localNet: '25000', localFinal: '30250' })
      expect(notes.at(-1)).toContain('oferta más la alícuota')
      expect(notes).toHaveLength(detail === 'no' ? 2 : 1)
    }
  })

  test('is null if the product is not on offer, even if amounts of an old offer remain', () => {
    for (const oferta of [false, '0', undefined]) {
      expect(offerOf({ oferta, detalle_oferta })).toMatchObject({ onOffer: false, offer: null, notes: [] })
    }
  })

  test('with only zeros is null, with a note', () => {
    const zeros = {
      precio_oferta: 0,
      precio_oferta_calculado: '0.00',
      detalle_oferta: { precio_oferta_neto: 0 },
    }
    const { onOffer, offer, notes } = offerOf(zeros)
    expect([onOffer, offer]).toEqual([true, null])
    expect(notes).toEqual([expect.stringContaining('sin precio de oferta')])
  })

  test("with an invalid amount rejects the row, with the field's name", () => {
    const detail = { ...detalle_oferta, precio_oferta_final: 'x' }
    expect(reject({ id: 1, producto: 'Mate', ...plain, detalle_oferta: detail })?.field).toBe(
      'detalle_oferta.precio_oferta_final',
    )
  })
})

describe('an invalid descriptive field becomes null with a note', () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['a time that is none', { updated: '0000-00-00 00:00:00' }, { sourceUpdatedAt: null }],
    ['a link that is none', { id_marca: 'x' }, { brandId: null }],
    ['an object as a text', { color: { r: 1 } }, { color: null }],
    ['a flag that is none', { vigente: 'quizás' }, { isActive: true }],
    ['an object as a list', { precios: { 0: {} } }, { prices: [] }],
    ['a list entry that is none', { stock_sucursal: [null] }, { stockByBranch: [] }],
    ['a price of no list', { precios: [{ final_calculado: 1 }] }, { prices: [] }],
    [
      'a picture that is no address',
      { imagenes: ['javascript:alert(1)', 'https://x.test/1'] },
      { imageUrls: ['https://x.test/1'] },
    ],
  ])('%s', (_, row, expected) => {
    const found = product(row)
    expect(found).toMatchObject(expected)
    expect(found.notes).toHaveLength(1)
  })

  test('images of `detalle_imagenes` are sorted by `orden`', () => {
    const detalle_imagenes = [
      { orden: 2, url: 'https://x.test/2' },
      { orden: 1, url: 'https://x.test/1' },
    ]
    expect(product({ imagenes: [], detalle_imagenes }).imageUrls).toEqual([
      'https://x.test/1',
      'https://x.test/2',
    ])
  })

  test.each([
    [true, true],
    [false, false],
    ['1', true],
    ['0', false],
    [1, true],
    [0, false],
    [undefined, true],
  ])('vigente %j is active: %s', (vigente, isActive) => {
    expect(product({ vigente }).isActive).toBe(isActive)
  })
})

describe('characters that cannot be stored are removed', () => {
  test('in names, values and keys, with a note; the input is not changed', () => {
    const row = { id: 1, producto: 'Ma\0te \ud800', 'raro\0': [{ x: '\udc00' }] }
    const before = structuredClone(row)
    const found = product(row)
    expect(found.name).toBe('Mate \ufffd')
    expect(found.raw).toEqual({ id: 1, producto: 'Mate \ufffd', raro: [{ x: '\ufffd' }] })
    expect(found.notes).toEqual(['Se quitaron caracteres que no se pueden guardar en: producto, raro.'])
    expect(row).toEqual(before)
  })

  test('a name with no other characters is rejected', () => {
    expect(reject({ id: 1, producto: '\0' })).toMatchObject({ field: 'producto' })
  })
})

describe('an invalid row becomes a reject', () => {
  const named = (row: Record<string, unknown>) => ({ id: 1, producto: 'Mate', ...row })

  test.each<[string, unknown, string | null]>([
    ['no object', 'hola', null],
    ['a list', [1], null],
    ['null', null, null],
    ['no id', { producto: 'Mate' }, 'id'],
    ['id 0', named({ id: 0 }), 'id'],
    ['a negative id', named({ id: -1 }), 'id'],
    ['a fractional id', named({ id: 1.5 }), 'id'],
    ['an unsafe id', named({ id: 2 ** 53 }), 'id'],
    ['an id in words', named({ id: '1; DROP' }), 'id'],
    ['no name', { id: 1 }, 'producto'],
    ['a blank name', named({ producto: ' \t ' }), 'producto'],
    ['a name that is no text', named({ producto: ['x'] }), 'producto'],
    ['an endless name', named({ producto: 'x'.repeat(10_001) }), 'producto'],
    ['an endless code', named({ codigo_interno: 'x'.repeat(501) }), 'codigo_interno'],
    ['a price of 1e30', named({ precio_neto: 1e30 }), 'precio_neto'],
    ['a price of 1e15', named({ precio_neto: 1e15 }), 'precio_neto'],
    ['a price of 1e400', JSON.parse('{"id":1,"producto":"Mate","precio_neto":1e400}'), 'precio_neto'],
    ['a price of NaN', named({ precio_neto: 'NaN' }), 'precio_neto'],
    ['a decimal comma', named({ costo: '12,5' }), 'costo'],
    ['a price that is an object', named({ precio_neto: {} }), 'precio_neto'],
    [
      'a bad price in a list',
      named({ precios: [{ id_lista_precio: 1 }, { id_lista_precio: 2, final: 'x' }] }),
      'precios[1].final',
    ],
    [
      'bad stock in a branch',
      named({ stock_sucursal: [{ id_sucursal: 1, stock: 'x' }] }),
      'stock_sucursal[0].stock',
    ],
    ['a negative rate', named({ alicuota_iva: -1 }), 'alicuota_iva'],
    ['endless nesting', named({ x: JSON.parse('['.repeat(500) + ']'.repeat(500)) }), null],
  ])('%s', (_, row, field) => {
    expect(reject(row)).toMatchObject({ field, page: 4, position: 0, reason: expect.stringMatching(/\.$/) })
  })

  test('with its payload, and the other rows of the page are kept', () => {
    const bad = { id: 5, producto: '' }
    const page = parse([{ id: 4, producto: 'a' }, bad, { id: 6, producto: 'b' }])
    expect(page.products.map(({ id }) => id)).toEqual(['4', '6'])
    expect(page.rejects).toEqual([
      {
        id: '5',
        page: 4,
        position: 1,
        field: 'producto',
        reason: 'El registro vino sin nombre.',
        payload: bad,
      },
    ])
  })

  test('whose long texts are truncated in the payload', () => {
    const found = reject({ id: 1, producto: 'x'.repeat(50_000) })
    expect(JSON.stringify(found?.payload).length).toBeLessThan(11_000)
  })
})

test('rows without an envelope are read in the same way', () => {
  const rows = [DOCUMENTED, { id: 2 }]
  const { products, rejects } = parse(rows)
  expect(parseProductRows(rows, 'v2', ctx.requestedPage)).toEqual({ products, rejects })
})

describe('the envelope', () => {
  test.each([
    [
      { page: '3', total_pages: '25' },
      { page: 3, totalPages: 25 },
    ],
    [{ page: 3 }, { page: 3, totalPages: null }],
    [{ total_pages: 0 }, { page: null, totalPages: 0 }],
    [
      { page: -1, total_pages: 'muchas' },
      { page: null, totalPages: null },
    ],
  ])('%j is read', (fields, expected) => {
    expect(parseProductPage({ body: [], ...fields }, 'v2', ctx)).toMatchObject({ ...expected, received: 0 })
  })

  test('a null list past the end is an empty one', () => {
    expect(parseProductPage({ status: 'ok', body: null }, 'v2', ctx).received).toBe(0)
  })

  test.each([[null], [[]], ['x'], [{}], [{ body: {} }], [{ status: 'error', body: [] }]])(
    '%j is unusable',
    (json) => {
      expect(() => parseProductPage(json, 'v2', ctx)).toThrow(CianboxError)
      expect(() => parseProductPage(json, 'simple', ctx)).toThrow(
        expect.objectContaining({ kind: 'invalid_response' }),
      )
    },
  )
})
