// Runs one of this folder's queries like a point of sale, and prints one row per line.
//
//   node examples/sql/query.js "$(npm run --silent database-url)" demo by-barcode 7791234567898
import { readFile } from 'node:fs/promises'
import pg from 'pg'

const [databaseUrl, tenantId, query, ...values] = process.argv.slice(2)
if (!databaseUrl || !tenantId || !query) {
  console.error('Usage: node query.js DATABASE_URL TENANT QUERY [VALUE]')
  process.exit(2)
}

const text = await readFile(new URL(`${query}.sql`, import.meta.url), 'utf8')
const client = new pg.Client({ connectionString: databaseUrl })
await client.connect()
try {
  // Sets the tenant for this transaction: row-level security shows only its rows.
  await client.query('BEGIN READ ONLY')
  await client.query("SELECT set_config('app.tenant', $1, true)", [tenantId])
  // `pg` returns `numeric` as text, so amounts stay exact.
  const { rows } = await client.query(text, values)
  await client.query('COMMIT')
  for (const row of rows) console.log(JSON.stringify(row))
} finally {
  await client.end()
}
