import { REFERENCE_KINDS } from '@espejo/contract'
import { listQuery } from '@espejo/contract/schemas'
import { z } from 'zod'
import { listReferences, SORT_NAME_LENGTH } from '../catalog/reference-queries.js'
import { type Pool, withTenant } from '../db/pool.js'
import { listOf, referenceSchema } from './answer-schemas.js'
import { decodeCursor, encodeCursor } from './cursor.js'
import { ok, type Route, route } from './route.js'

const cianboxId = z.string().regex(/^\d{1,18}$/)

/** The names behind the ids that products carry: brands, categories, price lists and the like. */
export function referenceRoutes({ pool }: { pool: Pool }): Route[] {
  return [
    route({
      method: 'get',
      path: '/references/:kind',
      summary: 'One of the small lists that products refer to, ordered by name',
      tag: 'products',
      access: 'read',
      params: z.object({ kind: z.enum(REFERENCE_KINDS) }),
      query: listQuery,
      answers: { 200: { description: 'A page of the list', schema: listOf(referenceSchema) } },
      handle: ({ session: { tenantId }, params: { kind }, query: { limit, cursor } }) =>
        withTenant(pool, tenantId, async (tx) => {
          const place = decodeCursor(cursor, referencePlace)
          const after = place && { sortName: place[0], cianboxId: place[1] }
          const rows = await listReferences(tx, tenantId, kind, limit + 1, after)
          const items = rows.slice(0, limit)
          const last = rows.length > limit ? items.at(-1) : undefined
          return ok({
            items: items.map(({ sortName: _, ...reference }) => reference),
            nextCursor: last ? encodeCursor([last.sortName, last.cianboxId]) : null,
          })
        }),
    }),
  ]
}

/** Name's beginning and id; NUL is what PostgreSQL's text cannot hold. */
const referencePlace = z.tuple([
  z
    .string()
    // PostgreSQL counts characters, JavaScript up to two units for each.
    .max(2 * SORT_NAME_LENGTH)
    .refine((text) => !text.includes('\0')),
  cianboxId,
])
