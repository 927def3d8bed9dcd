import { productsQuery } from '@espejo/contract/schemas'
import { z } from 'zod'
import { findProduct, listProducts } from '../catalog/product-queries.js'
import { type Pool, withTenant } from '../db/pool.js'
import { listOf, productSchema } from './answer-schemas.js'
import { decodeCursor, encodeCursor } from './cursor.js'
import { notFound } from './problem.js'
import { ok, type Route, route } from './route.js'

const productParams = z.object({ cianboxId: z.string().regex(/^\d{1,18}$/) })
const tag = 'products'

/** The mirror, read. */
export function productRoutes({ pool }: { pool: Pool }): Route[] {
  return [
    route({
      method: 'get',
      path: '/products',
      summary: 'The mirrored products, ordered by name',
      tag,
      access: 'read',
      query: productsQuery,
      answers: { 200: { description: 'A page of products', schema: listOf(productSchema) } },
      async handle({ session, query: { limit, cursor, ...filter } }) {
        const place = decodeCursor(cursor, productPlace)
        const after = place && { searchText: place[0], cianboxId: place[1] }
        const { items, next } = await withTenant(pool, session.tenantId, (tx) =>
          listProducts(tx, session.tenantId, filter, limit, after),
        )
        return ok({ items, nextCursor: next && encodeCursor([next.searchText, next.cianboxId]) })
      },
    }),
    route({
      method: 'get',
      path: '/products/:cianboxId',
      summary: 'One product, retired or not',
      tag,
      access: 'read',
      params: productParams,
      answers: { 200: { description: 'The product', schema: productSchema } },
      async handle({ session, params }) {
        const product = await withTenant(pool, session.tenantId, (tx) =>
          findProduct(tx, session.tenantId, params.cianboxId),
        )
        if (!product) throw notFound('Ese producto no existe.')
        return ok(product)
      },
    }),
  ]
}

/** Search text and id; NUL is what PostgreSQL's text cannot hold. */
const productPlace = z.tuple([
  z
    .string()
    .max(700)
    .refine((text) => !text.includes('\0')),
  productParams.shape.cianboxId,
])
