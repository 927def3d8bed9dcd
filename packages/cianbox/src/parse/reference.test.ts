import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseReferencePage, type ReferenceKind } from './reference.js'

const ctx = { requestedPage: 1, limit: 200 }
const KINDS: ReferenceKind[] = [
  'categories',
  'brands',
  'price_lists',
  'seasons',
  'branches',
  'exchange_rates',
]

test.each<[ReferenceKind, Record<string, unknown>, Record<string, unknown>]>([
  [
    'categories',
    { id: 4, categoria: 'Ropa', padre: 2, vigente: '1' },
    { id: '4', name: 'Ropa', parentId: '2' },
  ],
  ['categories', { id: 2, categoria: 'Todo', padre: 0, vigente: true }, { parentId: null, isActive: true }],
  ['brands', { id: '9', marca: 'Acme', vigente: '0' }, { id: '9', name: 'Acme', isActive: false }],
  [
    'price_lists',
    { id: 0, lista: 'Minorista', vencimiento: '2027-01-01' },
    { id: '0', expires: '2027-01-01' },
  ],
  ['seasons', { id: 1, temporada: 'Verano', vigente: false }, { name: 'Verano', isActive: false }],
  [
    'branches',
    { id: 1, sucursal: 'Centro', localidad: 'Rosario', telefono: 341 },
    { city: 'Rosario', phone: '341', address: null },
  ],
  [
    'exchange_rates',
    { id: 2, moneda: 'Dólar', simbolo: 'U$S', cotizacion: '1450.50', principal: '0' },
    { rate: '1450.5', symbol: 'U$S', isMain: false },
  ],
])('%s: %j is read', (kind, row, expected) => {
  const page = parseReferencePage({ body: [row] }, kind, 'v2', ctx)
  expect(page.rejects).toEqual([])
  expect(page.items).toMatchObject([{ ...expected, raw: row, notes: [] }])
})

test('invalid rows become rejects', () => {
  const body = [{ id: 1, marca: 'Acme' }, { id: 2, marca: ' ' }, { id: 'x', marca: 'b' }, null]
  const page = parseReferencePage({ body }, 'brands', 'v2', ctx)
  expect(page.items).toHaveLength(1)
  expect(page.rejects.map(({ field, position }) => [field, position])).toEqual([
    ['marca', 1],
    ['id', 2],
    [null, 3],
  ])
})

test('in the simple dialect both envelopes and both sets of field names are accepted', () => {
  const plain = parseReferencePage(
    { data: [{ id: 1, nombre: 'Acme', activo: '0' }], total: 1 },
    'brands',
    'simple',
    ctx,
  )
  expect(plain.items).toMatchObject([{ name: 'Acme', isActive: false }])
  const documented = parseReferencePage({ body: [{ id: 1, marca: 'Acme' }] }, 'brands', 'simple', ctx)
  expect(documented.items).toMatchObject([{ name: 'Acme', isActive: true }])
})

test('for any rows, nothing is thrown and no row is lost', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...KINDS),
      fc.array(fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 }), { maxLength: 6 }),
      (kind, body) => {
        const page = parseReferencePage({ body }, kind, 'v2', ctx)
        expect(page.items.length + page.rejects.length).toBe(page.received)
      },
    ),
  )
})
