import { parseProductPage, type SourceProduct } from '@espejo/cianbox'
import { createPool } from '@espejo/server/db/pool'
import type pg from 'pg'
import { serveJob } from '../../rig/child-job.js'
import { COLUMN_NAMES, textRow } from '../baseline-columns.js'
import { type PageSource, readPages } from '../pages.js'

/**
 * The service of the v0 contract in plain SQL: one query to find each product and another to create or update it,
 * each awaited, each its own transaction. Faster than the original: no ORM, prepared statements, only the key is read
 * back, the first page is fetched once, pages of 200.
 */
export interface RowByRowJob extends PageSource {
  databaseUrl: string
  tenantId: string
  /** Stops after so many products. */
  sample: number
}

serveJob<RowByRowJob>(async (job, timed) => {
  const pool = createPool(job.databaseUrl, { max: 1, name: 'measured', onError: () => undefined })
  const client = await pool.connect()
  await client.query(`SELECT set_config('app.tenant', $1, false)`, [job.tenantId])
  await timed(async () => {
    let processed = 0
    for await (const json of readPages(job)) {
      const { products } = parseProductPage(json, 'v2', { requestedPage: 1, limit: job.pageSize })
      for (const product of products.slice(0, job.sample - processed)) {
        await syncProduct(client, job.tenantId, product)
        processed++
      }
      if (processed === job.sample) return
    }
    throw new Error(`Only ${processed} products for a sample of ${job.sample}.`)
  })
  client.release()
  await pool.end()
})

async function syncProduct(client: pg.PoolClient, tenantId: string, product: SourceProduct): Promise<void> {
  const existing = await client.query({ name: 'find', text: FIND, values: [tenantId, product.id] })
  const values = [...textRow(tenantId, product)]
  if (existing.rowCount) await client.query({ name: 'update', text: UPDATE, values })
  else await client.query({ name: 'create', text: CREATE, values })
}

const FIND = 'SELECT cianbox_id FROM catalog.products WHERE tenant_id = $1 AND cianbox_id = $2 LIMIT 1'
const CREATE = `INSERT INTO catalog.products (${COLUMN_NAMES.join(', ')})
  VALUES (${COLUMN_NAMES.map((_, i) => `$${i + 1}`).join(', ')})`
const UPDATE = `UPDATE catalog.products
  SET ${COLUMN_NAMES.map((name, i) => `${name} = $${i + 1}`)
    .slice(2)
    .join(', ')}, changed_at = now()
  WHERE tenant_id = $1 AND cianbox_id = $2`
