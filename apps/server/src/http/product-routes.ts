import { listQuery, productsQuery } from '@espejo/contract/schemas'
import { z } from 'zod'
import { listChangesOfProduct } from '../catalog/change-queries.js'
import { findProduct, listProducts } from '../catalog/product-queries.js'
import { type Pool, withTenant } from '../db/pool.js'
import { listOf, productChangeSchema, productSchema } from './answer-schemas.js'
import { changePosition, cursorId, decodeCursor, encodeCursor, textPosition, toList } from './cursor.js'
import { fail, type HttpProblem, notFound } from './problem.js'
import { ok, type Route, route } from './route.js'

const productParams = z.object({ cianboxId: cursorId })
const tag = 'products'

/** Reading the mirrored products. */
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
        const place = decodeCursor(cursor, productPosition)
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
        return ok(product ?? fail(noSuchProduct()))
      },
    }),
    route({
      method: 'get',
      path: '/products/:cianboxId/history',
      summary: 'The changes of a product, newest first: prices, stock, every mapped field',
      tag,
      access: 'read',
      params: productParams,
      query: listQuery,
      answers: { 200: { description: 'A page of changes', schema: listOf(productChangeSchema) } },
      handle: ({ session: { tenantId }, params: { cianboxId }, query }) =>
        withTenant(pool, tenantId, async (tx) => {
          if (!(await findProduct(tx, tenantId, cianboxId))) throw noSuchProduct()
          const before = decodeCursor(query.cursor, changePosition)?.[0] ?? null
          const rows = await listChangesOfProduct(tx, tenantId, cianboxId, query.limit + 1, before)
          return ok(toList(rows, query.limit, ({ changeId }) => [changeId]))
        }),
    }),
  ]
}

const productPosition = textPosition(700)

function noSuchProduct(): HttpProblem {
  return notFound('Ese producto no existe.')
}
