import fc from 'fast-check'
import pg from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import { foldText } from '../src/catalog/fold-text.js'
import { listStatement } from '../src/catalog/product-queries.js'
import { withTenant } from '../src/db/pool.js'
import { productSchema } from '../src/http/answer-schemas.js'
import { type Client, useApp } from './support/app.js'

const app = useApp()
let uno: Client

interface Seed {
  id: number
  name: string
  sku?: string
  brandId?: number
  categoryId?: number
  isActive?: boolean
  isRetired?: boolean
  price?: string
  raw?: object
}

async function seed(tenantId: string, products: readonly Seed[]) {
  await withTenant(app.database.pool, tenantId, async (tx) => {
    await tx.query('DELETE FROM catalog.products WHERE tenant_id = $1', [tenantId])
    await tx.query(
      `INSERT INTO catalog.products (tenant_id, cianbox_id, name, sku, brand_id, category_id, is_active,
         retired_at, price, raw, search_text, is_parent, image_urls, content_hash)
       SELECT $1, id, name, sku, "brandId", "categoryId", "isActive", CASE WHEN "isRetired" THEN now() END,
              price, raw, search, false, '{}', ''
         FROM jsonb_to_recordset($2::jsonb) AS seed(id bigint, name text, sku text, "brandId" bigint,
              "categoryId" bigint, "isActive" boolean, "isRetired" boolean, price numeric, raw jsonb, search text)`,
      [
        tenantId,
        JSON.stringify(
          products.map((product) => ({
            isActive: true,
            isRetired: false,
            raw: {},
            ...product,
            search: [...foldText(`${product.name} ${product.sku ?? ''}`)].slice(0, 300).join(''),
          })),
        ),
      ],
    )
  })
}

async function list(query: string) {
  const answer = await uno('GET', `/api/products?${query}`)
  expect(answer.status).toBe(200)
  return answer.json.items.map((item: { cianboxId: string }) => Number(item.cianboxId)) as number[]
}

/** Reads all pages of a list, with these page sizes in turn. */
async function walk(query: string, sizes: readonly number[]): Promise<number[]> {
  const seen: number[] = []
  let cursor: string | null = null
  for (let page = 0; ; page++) {
    const limit = sizes[page % sizes.length]
    const cursorQuery: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const { json } = await uno('GET', `/api/products?limit=${limit}${cursorQuery}&${query}`)
    seen.push(...json.items.map((item: { cianboxId: string }) => Number(item.cianboxId)))
    cursor = json.nextCursor
    if (cursor === null) return seen
  }
}

beforeAll(async () => {
  uno = await app.as('uno', 'viewer')
})

describe('paging through products', () => {
  it('returns each one once, in order, for any names and page sizes', async () => {
    const name = fc.constantFrom(
      'Caño',
      'cano',
      'CAÑO',
      '100% lana',
      '100_ lana',
      "O'Higgins; --",
      'ñandú',
      '“”',
      '',
    )
    const noise = fc.string({ unit: 'grapheme', maxLength: 6 }).map((text) => text.replaceAll('\0', ''))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(name, noise), { maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        async (names, sizes) => {
          await seed(
            'uno',
            names.map((name, i) => ({ id: i + 1, name })),
          )
          const seen = await walk('', sizes)
          expect([...seen].sort((a, b) => a - b)).toEqual(names.map((_, i) => i + 1))
          const keys = seen.map((id) => Buffer.from(foldText(names[id - 1] ?? '')))
          for (let i = 1; i < keys.length; i++) {
            expect(Buffer.compare(keys[i - 1] as Buffer, keys[i] as Buffer)).toBeLessThanOrEqual(0)
          }
        },
      ),
      { numRuns: 25 },
    )
  })

  it.each(['garbage', 'WyJhIl0', 'WyJhIiwiYiJd', '', Buffer.from('["a\\u0000","1"]').toString('base64url')])(
    'refuses the cursor %j with a message',
    async (cursor) => {
      const answer = await uno('GET', `/api/products?cursor=${cursor}`)
      expect(answer.status).toBe(400)
      expect(answer.json.code).toBe('invalid_cursor')
      expect(answer.json.detail).toMatch(/cursor/)
    },
  )

  it.each(['limit=0', 'limit=201', 'limit=x', 'limit=1&limit=2', 'active=si', 'brandId=x', 'retired=1'])(
    'refuses %s, with the path of the parameter',
    async (query) => {
      const answer = await uno('GET', `/api/products?${query}`)
      expect(answer.status).toBe(400)
      expect(answer.json.errors[0].path).toBe(query.split('=')[0])
    },
  )
})

describe('searching products', () => {
  beforeAll(() =>
    seed('uno', [
      { id: 1, name: 'Caño de PVC 100%', sku: 'C-1', brandId: 1, categoryId: 5 },
      { id: 2, name: 'cano pvc 1000', sku: 'C_1', brandId: 2, isActive: false },
      { id: 3, name: 'Codo \\ PVC', sku: 'X', isRetired: true },
      { id: 4, name: `Nombre ${'muy '.repeat(100)}largo`, sku: 'CÓDIGO Único/9' },
      { id: 5, name: 'Tornillo_2', brandId: 1 },
    ]),
  )

  it.each([
    ['search=CAÑO', [1, 2]],
    ['search=pvc%20cano', [1, 2]],
    ['search=100%25', [1]],
    ['search=_', [2, 5]],
    ['search=%5C&retired=true', [3]],
    ['search=cano%20nada', []],
    ['search=c_1', [2]],
    ["search=';%20DROP%20TABLE%20x;%20--", []],
    ['search=%00', [1, 2, 4, 5]],
    ['search=C%C3%93DIGO%20%C3%9Anico/9', [4]],
    ['brandId=1', [1, 5]],
    ['brandId=1&search=pvc', [1]],
    ['categoryId=5', [1]],
    ['active=false', [2]],
    ['active=true&search=pvc', [1]],
    ['retired=true', [3]],
    ['retired=false', [1, 2, 4, 5]],
  ])('%s finds %j', async (query, ids) => {
    expect(await list(query)).toEqual(ids)
  })

  it('returns each match once over several pages', async () => {
    await seed(
      'uno',
      Array.from({ length: 30 }, (_, i) => ({ id: i + 1, name: `Café ${i % 3}`, sku: 'cafe' })),
    )
    const seen = await walk('search=cafe', [4, 1, 7])
    expect(seen).toHaveLength(30)
    expect(new Set(seen).size).toBe(30)
  })
})

describe('a product', () => {
  const hostile = `<script>alert(1)</script>'); DROP TABLE catalog.products; -- \u2028 "ñ"`

  beforeAll(async () => {
    const raw = {
      precios: [
        {
          id_lista_precio: 2,
          id_moneda: 2,
          neto: 1.5,
          final: 2,
          neto_calculado: 10.5,
          final_calculado: '12.7050',
        },
        { id_lista_precio: 0, id_moneda: null, neto_calculado: 'NaN', final_calculado: 1e3 },
      ],
      stock_sucursal: [{ id_sucursal: 7, stock: -1.5, reservado: 0, disponible: -1.5 }],
    }
    await seed('uno', [
      { id: 9, name: hostile, price: '1234.5000', raw },
      { id: 10, name: 'Liso', isRetired: true },
    ])
    await seed('dos', [{ id: 11, name: 'De otro' }])
  })

  it('has the shape of the contract: exact amounts, prices by list, stock by branch, unchanged names', async () => {
    const answer = await uno('GET', '/api/products/9')
    expect(answer.status).toBe(200)
    expect(productSchema.strict().parse(answer.json)).toMatchObject({
      cianboxId: '9',
      name: hostile,
      price: '1234.5',
      prices: [
        { listId: '0', currencyId: null, net: null, final: null, localNet: null, localFinal: '1000' },
        { listId: '2', currencyId: '2', net: '1.5', final: '2', localNet: '10.5', localFinal: '12.705' },
      ],
      stockByBranch: [{ branchId: '7', stock: '-1.5', reserved: '0', available: '-1.5' }],
      retiredAt: null,
    })
    const { json } = await uno('GET', '/api/products')
    expect(json.items).toEqual([answer.json])
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('can be read when it is retired', async () => {
    expect((await uno('GET', '/api/products/10')).json.retiredAt).toMatch(/Z$/)
  })

  it.each(['11', '404', 'abc', '1e3', '-9', '9%00', '9999999999999999999'])(
    'of id %s is a 404',
    async (id) => {
      const answer = await uno('GET', `/api/products/${id}`)
      expect(answer.status).toBe(404)
      expect(answer.json.code).toBe('not_found')
    },
  )
})

describe('the plan of the list', () => {
  it('reads the index in order, and only matching rows', async () => {
    await seed(
      'uno',
      // As wide as real rows: for narrow ones the planner prefers to read them all.
      Array.from({ length: 3000 }, (_, i) => ({
        id: i + 1,
        name: `Producto ${i}`,
        brandId: i % 9,
        raw: { descripcion: 'x'.repeat(1500) },
      })),
    )
    const owner = new pg.Client({ connectionString: app.database.url })
    await owner.connect()
    await owner.query('VACUUM ANALYZE catalog.products')
    await owner.end()
    for (const filter of [{}, { brandId: '3' }, { search: 'producto' }]) {
      const { text, values } = listStatement('uno', { retired: false, ...filter }, 50, null)
      const { rows } = await withTenant(app.database.pool, 'uno', (tx) =>
        tx.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values),
      )
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      expect(plan).toMatch(/Index Only Scan using products_search on products\b/)
      if (!('search' in filter)) expect(plan).not.toMatch(/Sort Key: products\.search_text/)
    }
  })
})
