import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseProductPage } from '@espejo/cianbox'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { serveJob } from '../../rig/child-job.js'
import { COLUMN_NAMES, textRow } from '../baseline-columns.js'
import { copyText } from '../copy-text.js'
import { type PageSource, readPages } from '../pages.js'

/**
 * Reads every page and copies its rows into a table with the columns and indexes of the mirror's:
 * one COPY, one transaction, no comparison, no row-level security, no progress.
 */
export interface WriteFloorJob extends PageSource {
  databaseUrl: string
  table: string
  tenantId: string
  products: number
}

serveJob<WriteFloorJob>(async (job, timed) => {
  const client = new pg.Client({ connectionString: job.databaseUrl, application_name: 'espejo measured' })
  await client.connect()
  await timed(async () => {
    const copy = client.query(copyFrom(`COPY ${job.table} (${COLUMN_NAMES.join(', ')}) FROM STDIN`))
    await pipeline(Readable.from(copiedPages(job)), copy)
    if (copy.rowCount !== job.products)
      throw new Error(`Copied ${copy.rowCount} of ${job.products} products.`)
  })
  await client.end()
})

async function* copiedPages(job: WriteFloorJob): AsyncGenerator<string> {
  const context = { requestedPage: 1, limit: job.pageSize }
  for await (const json of readPages(job)) {
    const { products } = parseProductPage(json, 'v2', context)
    yield copyText(products.map((product) => textRow(job.tenantId, product)))
  }
}
