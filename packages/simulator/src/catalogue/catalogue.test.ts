import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEFAULT_SWITCHES, PRODUCT_ORDERS, type Switches } from '../switches.js'
import { createCatalogue } from './catalogue.js'
import { createChanges } from './changes.js'
import { ORPHAN_PARENT_BASE } from './identity.js'
import { createReferenceLists } from './reference-lists.js'
import { PRODUCT_FIELDS, type ProductRow } from './rows.js'
import { iterate } from './sequence.js'

function make(products: number, seed = 7, switches: Partial<Switches> = {}) {
  const lists = createReferenceLists(seed)
  const read = () => ({ ...DEFAULT_SWITCHES, ...switches })
  const catalogue = createCatalogue({ cuenta: 'demo', seed, products, lists, switches: read })
  let clock = Date.UTC(2026, 0, 1)
  const now = () => {
    clock += 1000
    return clock
  }
  const changes = createChanges({ catalogue, lists, switches: read, now, onChange: () => undefined })
  const rows = (order = PRODUCT_ORDERS[4] ?? 'id-asc'): ProductRow[] =>
    [...iterate(catalogue.orders.sequence(order))].flatMap((id) => catalogue.row(id) ?? [])
  return { catalogue, changes, lists, rows }
}

describe('a generated catalogue', () => {
  const { rows, lists } = make(4000)
  const all = rows()

  test('is the same for the same seed, and different for another', () => {
    expect(make(60).rows()).toEqual(make(60).rows())
    expect(make(60, 8).rows()).not.toEqual(make(60).rows())
  })

  test('has every field of the table in every row, in the documented order', () => {
    for (const row of all.slice(0, 200)) expect(Object.keys(row)).toEqual(PRODUCT_FIELDS)
  })

  test('has empty and repeated codes', () => {
    const skus = all.map((row) => row.codigo_interno).filter((sku) => sku !== '')
    expect(skus.length).toBeLessThan(all.length)
    expect(new Set(skus).size).toBeLessThan(skus.length)
    expect(all.some((row) => row.codigo_barras === '')).toBe(true)
  })

  test('has names with markup, emoji, quotes and stray spaces', () => {
    const names = all.map((row) => row.producto).join('\n')
    for (const odd of ['<b>', '<script>', '🔥', '&amp;', '\t', '\u2028', "'); DROP TABLE"])
      expect(names).toContain(odd)
    expect(all.some((row) => row.producto !== row.producto.trim())).toBe(true)
  })

  test('has negative and fractional stock, and branches that add up', () => {
    expect(all.some((row) => row.stock_total < 0)).toBe(true)
    expect(all.some((row) => !Number.isInteger(row.stock_total))).toBe(true)
    for (const row of all) {
      const sum = row.stock_sucursal.reduce((total, branch) => total + branch.stock, 0)
      expect(sum).toBeCloseTo(row.stock_total, 6)
    }
  })

  test('has VAT as multipliers and as a percentage', () => {
    expect(new Set(all.map((row) => row.alicuota_iva))).toEqual(new Set([1.21, 1.105, 21, 10.5]))
  })

  test('has prices with four decimals, and the net price is the default list’s', () => {
    expect(all.some((row) => /\.\d{4}$/.test(String(row.precios[0]?.neto)))).toBe(true)
    for (const row of all) expect(row.precio_neto).toBe(row.precios[0]?.neto_calculado)
  })

  test('has variants whose parent is listed and variants whose parent is not', () => {
    const present = new Set(all.map((row) => row.id))
    const variants = all.filter((row) => row.id_producto_padre !== 0)
    expect(variants.some((row) => present.has(row.id_producto_padre))).toBe(true)
    expect(variants.some((row) => row.id_producto_padre >= ORPHAN_PARENT_BASE)).toBe(true)
    expect(variants.every((row) => row.talle !== '' && row.color !== '')).toBe(true)
    for (const row of variants) {
      const parent = all.find(({ id }) => id === row.id_producto_padre)
      if (parent) expect(parent).toMatchObject({ es_padre: true, id_producto_padre: 0 })
    }
  })

  test('has detailed offers, inactive rows, rows without gender and rows without images', () => {
    for (const row of all) expect(row.oferta).toBe(row.detalle_oferta !== null)
    expect(all.some((row) => row.oferta)).toBe(true)
    expect(all.some((row) => !row.vigente)).toBe(true)
    expect(all.some((row) => row.genero === null)).toBe(true)
    expect(all.some((row) => row.imagenes.length === 0)).toBe(true)
    expect(all.some((row) => row.detalle_imagenes.length === 3)).toBe(true)
  })

  test('has only categories and brands that exist', () => {
    for (const row of all) {
      expect(lists.categorias.find(({ id }) => id === row.id_categoria)?.categoria).toBe(row.categoria)
      if (row.id_marca !== 0)
        expect(lists.marcas.find(({ id }) => id === row.id_marca)?.marca).toBe(row.marca)
    }
    expect(all.some((row) => row.id_marca === 0)).toBe(true)
  })

  test('generates 1,000 of a million products without generating the others', () => {
    const { catalogue } = make(1_000_000)
    const newest = catalogue.orders.sequence('modified-date-desc')
    expect(newest.count).toBe(1_000_000)
    const dates = Array.from({ length: 1000 }, (_, i) => catalogue.row(newest.at(i * 1000))?.updated ?? '')
    expect(dates).toEqual([...dates].sort().reverse())
    expect(catalogue.overlay.changes.size).toBe(0)
  })
})

/** Every change of a catalogue, as data. */
const change = fc.oneof(
  fc.record({
    kind: fc.constant('edit' as const),
    ids: fc.array(fc.integer({ min: 1, max: 70 }), { maxLength: 6 }),
  }),
  fc.record({ kind: fc.constant('stock' as const), count: fc.nat(8) }),
  fc.record({ kind: fc.constant('add' as const), count: fc.nat(6) }),
  fc.record({ kind: fc.constant('gone' as const), count: fc.nat(9) }),
  fc.record({ kind: fc.constant('inactive' as const), count: fc.nat(9) }),
  fc.record({ kind: fc.constant('raise' as const) }),
)

test('after any changes, every order lists every present product exactly once, sorted', () => {
  fc.assert(
    fc.property(fc.nat(64), fc.array(change, { maxLength: 12 }), (size, happened) => {
      const { catalogue, changes, rows } = make(size)
      for (const one of happened) {
        if (one.kind === 'edit') changes.edit(one.ids)
        if (one.kind === 'stock') changes.moveStock(one.count)
        if (one.kind === 'add') changes.add(one.count)
        if (one.kind === 'gone' || one.kind === 'inactive') changes.remove(one.count, one.kind)
        if (one.kind === 'raise') changes.raisePrices(0, 3)
      }
      const present = Array.from({ length: catalogue.overlay.lastId }, (_, i) => i + 1).filter(
        catalogue.overlay.exists,
      )
      for (const order of PRODUCT_ORDERS) {
        const listed = rows(order)
        expect(listed.map(({ id }) => id).sort((a, b) => a - b)).toEqual(present)
        const keys = listed.map((row) =>
          order.startsWith('modified') ? row.updated : String(row.id).padStart(9, '0'),
        )
        const sorted = [...keys].sort()
        expect(keys).toEqual(order.endsWith('desc') ? sorted.reverse() : sorted)
      }
    }),
    { numRuns: 60 },
  )
})

describe('a selection', () => {
  const { catalogue, changes, rows } = make(600)
  changes.moveStock([1, 2, 3], -5000)
  changes.edit([10], { codigo_interno: 'NUEVO-1', codigo_barras: '123' })
  const ids = (query: Parameters<typeof catalogue.select>[0]) => [...iterate(catalogue.select(query))]
  const where = (keep: (row: ProductRow) => boolean, from = rows()) => from.filter(keep).map(({ id }) => id)

  test('by SKU or barcode finds the same products as a scan of every row', () => {
    const all = rows()
    for (const { codigo_interno: sku, codigo_barras: barcode } of all.slice(0, 120)) {
      const bySku = all.filter((row) => row.codigo_interno === sku)
      const byBarcode = all.filter((row) => row.codigo_barras === barcode)
      if (sku) expect(ids({ order: 'id-asc', skus: [sku] })).toEqual(bySku.map(({ id }) => id))
      if (barcode)
        expect(ids({ order: 'id-asc', barcodes: [barcode] })).toEqual(byBarcode.map(({ id }) => id))
    }
    expect(ids({ order: 'id-asc', skus: ['NUEVO-1'] })).toEqual([10])
  })

  test('by season, by stock and by what is available', () => {
    const summer = where((row) => row.temporada === 'VERANO')
    expect(summer.length).toBeGreaterThan(0)
    expect(ids({ order: 'id-asc', seasons: [4] })).toEqual(summer)
    expect(ids({ order: 'id-asc', withStock: true })).toEqual(where((row) => row.stock_total > 0))
    expect(ids({ order: 'id-desc', withAvailable: true })).toEqual(
      where((row) => row.stock_total - row.reservado > 0).reverse(),
    )
  })

  test('reflects a change after the first read', () => {
    const before = ids({ order: 'id-asc', withStock: true })
    changes.remove(before.slice(0, 3), 'gone')
    expect(ids({ order: 'id-asc', withStock: true })).toEqual(before.slice(3))
  })
})

describe('a change', () => {
  test('by ids writes the fields and moves the products to the front', () => {
    const { changes, rows } = make(300)
    expect(changes.edit([40, 41], { producto: 'OTRO NOMBRE' })).toEqual([40, 41])
    const [first, second, third] = rows('modified-date-desc')
    expect([first?.id, second?.id]).toEqual([41, 40])
    expect(first).toMatchObject({ producto: 'OTRO NOMBRE', updated: '2025-12-31 21:00:01' })
    expect(third?.updated).toMatch(/^2025-0/)
  })

  test('of a net price changes the calculated amounts', () => {
    const { catalogue, changes } = make(300)
    changes.edit([5], { netos: { 0: 1000 } })
    const row = catalogue.row(5)
    expect(row?.precios[0]).toMatchObject({ neto: 1000, updated: '2025-12-31 21:00:01' })
    expect(row?.precio_neto).toBe(row?.precios[0]?.neto_calculado)
    expect(row?.precio_actualizado).toBe('2025-12-31')
  })

  test('of a number of random products is the same for the same seed', () => {
    const [a, b] = [make(300), make(300)]
    expect(a.changes.edit(25)).toEqual(b.changes.edit(25))
    expect(a.rows()).toEqual(b.rows())
    expect(new Set(a.changes.edit(299)).size).toBe(299)
  })

  test('a rise changes only that list, and no price set after it', () => {
    const { catalogue, changes } = make(300)
    const before = catalogue.row(9)
    changes.raisePrices(0, 10)
    changes.edit([8], { netos: { 0: 500 } })
    const after = catalogue.row(9)
    expect(after?.precios[0]?.neto).toBeCloseTo((before?.precios[0]?.neto ?? 0) * 1.1, 3)
    expect(after?.precios[1]).toEqual(before?.precios[1])
    expect(after?.updated).toBe('2025-12-31 21:00:01')
    expect(catalogue.row(8)?.precios[0]?.neto).toBe(500)
    changes.raisePrices(0, 100)
    expect(catalogue.row(8)?.precios[0]?.neto).toBe(1000)
  })

  test('new products follow the last id', () => {
    const { changes, rows } = make(300)
    expect(changes.add(2)).toEqual([301, 302])
    expect(rows().at(-1)?.id).toBe(302)
    expect(rows('modified-date-desc')[0]?.id).toBe(302)
  })

  test('a rate changes the prices in dollars and nothing else', () => {
    const { catalogue, changes } = make(300)
    const before = catalogue.row(3)
    changes.setExchangeRate(2, 2000)
    const after = catalogue.row(3)
    expect(after?.precios[3]?.neto).toBe(before?.precios[3]?.neto)
    expect(after?.precios[3]?.final_calculado).toBeCloseTo((after?.precios[3]?.final ?? 0) * 2000, 4)
  })

  test('a brand’s new name shows in its products', () => {
    const { catalogue, changes } = make(300)
    const brand = catalogue.row(3)?.id_marca ?? 0
    changes.editList('marcas', brand, { marca: 'RENOMBRADA' })
    expect(catalogue.row(3)?.marca).toBe('RENOMBRADA')
  })
})

describe('whether `updated` changes', () => {
  const cases = [
    ['stockMovesUpdated', (c: ReturnType<typeof make>) => void c.changes.moveStock([7], 3)],
    ['rateMovesUpdated', (c: ReturnType<typeof make>) => c.changes.setExchangeRate(2, 1500)],
    ['priceRiseMovesUpdated', (c: ReturnType<typeof make>) => c.changes.raisePrices(0, 5)],
    ['deletionMovesUpdated', (c: ReturnType<typeof make>) => void c.changes.remove([7], 'inactive')],
  ] as const
  test.each(cases)('%s decides', (name, happen) => {
    for (const moves of [true, false]) {
      const made = make(100, 7, { [name]: moves })
      const before = made.catalogue.row(7)
      happen(made)
      const after = made.catalogue.row(7)
      expect(after).not.toEqual(before)
      expect(after?.updated !== before?.updated).toBe(moves)
    }
  })
})
