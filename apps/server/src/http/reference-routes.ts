import { REFERENCE_KINDS } from '@espejo/contract'
import { listQuery } from '@espejo/contract/schemas'
import { z } from 'zod'
import { listReferences, SORT_NAME_LENGTH } from '../catalog/reference-queries.js'
import { type Pool, withTenant } from '../db/pool.js'
import { listOf, referenceSchema } from './answer-schemas.js'
import { decodeCursor, textPosition, toList } from './cursor.js'
import { ok, type Route, route } from './route.js'

/** The reference lists: the names of the brands, categories, price lists and so on of products. */
export function referenceRoutes({ pool }: { pool: Pool }): Route[] {
  return [
    route({
      method: 'get',
      path: '/references/:kind',
      summary: 'One of the reference lists that products refer to, ordered by name',
      tag: 'products',
      access: 'read',
      params: z.object({ kind: z.enum(REFERENCE_KINDS) }),
      query: listQuery,
      answers: { 200: { description: 'A page of the list', schema: listOf(referenceSchema) } },
      handle: ({ session: { tenantId }, params: { kind }, query: { limit, cursor } }) =>
        withTenant(pool, tenantId, async (tx) => {
          const place = decodeCursor(cursor, referencePosition)
          const after = place && { sortName: place[0], cianboxId: place[1] }
          const rows = await listReferences(tx, tenantId, kind, limit + 1, after)
          const { items, nextCursor } = toList(rows, limit, (item) => [item.sortName, item.cianboxId])
          return ok({ items: items.map(({ sortName: _, ...reference }) => reference), nextCursor })
        }),
    }),
  ]
}

const referencePosition = textPosition(2 * SORT_NAME_LENGTH)
