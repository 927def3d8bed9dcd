import { beforeAll, describe, expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { listOf, referenceSchema } from '../src/http/answer-schemas.js'
import { type Client, useApp } from './support/app.js'

const app = useApp()
const answerSchema = listOf(referenceSchema.strict()).strict()
let uno: Client
let dos: Client

interface Seed {
  kind: string
  id: number
  name: string
  parentId?: number
  isActive?: boolean
  isRetired?: boolean
  raw?: object
}

const NO_CURRENCY = { symbol: null, isLocal: false }

async function seed(tenantId: string, items: readonly Seed[]) {
  await withTenant(app.database.pool, tenantId, async (tx) => {
    await tx.query('DELETE FROM catalog.reference_items WHERE tenant_id = $1', [tenantId])
    await tx.query(
      `INSERT INTO catalog.reference_items
         (tenant_id, kind, cianbox_id, name, is_active, parent_id, raw, content_hash, retired_at)
       SELECT $1, kind, id, name, coalesce("isActive", true), "parentId", coalesce(raw, '{}'), '', CASE WHEN "isRetired" THEN now() END
         FROM jsonb_to_recordset($2::jsonb) AS seed(kind text, id bigint, name text, "parentId" bigint,
              "isActive" boolean, "isRetired" boolean, raw jsonb)`,
      [tenantId, JSON.stringify(items)],
    )
  })
}

async function list(client: Client, address: string) {
  const answer = await client('GET', `/api/references/${address}`)
  expect(answer.status).toBe(200)
  return answerSchema.parse(answer.json)
}

beforeAll(async () => {
  uno = await app.as('uno', 'viewer')
  dos = await app.as('dos', 'viewer')
})

describe('the reference lists', () => {
  it('show one kind, by name, without what the source no longer lists', async () => {
    await seed('uno', [
      { kind: 'categories', id: 1, name: 'Pisos' },
      { kind: 'categories', id: 2, name: 'Griferías', parentId: 1, isActive: false },
      { kind: 'categories', id: 3, name: 'Aberturas', isRetired: true },
      { kind: 'brands', id: 1, name: 'Acme' },
    ])
    expect(await list(uno, 'categories')).toEqual({
      items: [
        { cianboxId: '2', name: 'Griferías', isActive: false, parentId: '1', ...NO_CURRENCY },
        { cianboxId: '1', name: 'Pisos', isActive: true, parentId: null, ...NO_CURRENCY },
      ],
      nextCursor: null,
    })
    expect((await list(uno, 'brands')).items).toHaveLength(1)
    expect((await list(uno, 'branches')).items).toEqual([])
  })

  it('of currencies have their symbols, and the local one is told', async () => {
    const seedOf = (id: number, raw: object) => ({ kind: 'exchange_rates', id, name: `Moneda ${id}`, raw })
    await seed('uno', [
      seedOf(1, { simbolo: '$', principal: true }),
      seedOf(2, { simbolo: 'u$s', principal: '0' }),
      seedOf(3, { simbolo: ' ', principal: '1' }),
      { kind: 'brands', id: 1, name: 'Acme', raw: { simbolo: '$', principal: true } },
    ])
    const shown = async (kind: string) =>
      (await list(uno, kind)).items.map(({ symbol, isLocal }) => [symbol, isLocal])
    expect(await shown('exchange_rates')).toEqual([
      ['$', true],
      ['u$s', false],
      [null, true],
    ])
    expect(await shown('brands')).toEqual([[null, false]])
  })

  it('are paged through with each item exactly once, namesakes and very long names included', async () => {
    const long = '😀ñ"'.repeat(400)
    const names = ['Acme', 'Acme', 'acme', `${long}1`, `${long}2`, `${long}3`, '', 'Ñandú', 'Zeta']
    await seed(
      'uno',
      names.map((name, id) => ({ kind: 'brands', id, name })),
    )
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const place: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const page = await list(uno, `brands?limit=2${place}`)
      seen.push(...page.items.map((item) => item.cianboxId))
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(seen).toHaveLength(names.length)
    expect(new Set(seen).size).toBe(names.length)
  })

  it("of one tenant are not another's", async () => {
    await seed('uno', [{ kind: 'brands', id: 1, name: 'Acme' }])
    expect((await list(dos, 'brands')).items).toEqual([])
  })

  it('of an unknown kind do not exist, and are for those with a session', async () => {
    expect((await uno('GET', '/api/references/users')).status).toBe(404)
    expect((await app.send('GET', '/api/references/brands')).status).toBe(401)
  })

  it.each(['x', 'WyJhIl0', 'WyJhXHUwMDAwIiwiMSJd'])('refuse «%s» as a cursor', async (cursor) => {
    const answer = await uno('GET', `/api/references/brands?cursor=${cursor}`)
    expect(answer.status).toBe(400)
    expect(answer.json.code).toBe('invalid_cursor')
  })
})
