// `npm run migration:new -- NAME`: an empty migration with the next free number.
import { readdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../apps/server/migrations', import.meta.url))
const [name] = process.argv.slice(2)

if (!name || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
  console.error('Usage: npm run migration:new -- NAME, in lower case with hyphens: add-product-notes')
  process.exit(2)
}

const numbers = readdirSync(folder).map((file) => Number.parseInt(file, 10))
const number = String(Math.max(0, ...numbers.filter(Number.isFinite)) + 1).padStart(4, '0')
const file = join(folder, `${number}_${name}.sql`)
const text = `-- Up Migration

-- Why this is needed, in a sentence. A process of the version before may still run on these tables.
--
-- A new table's key starts with tenant_id, and the table is protected: SELECT app.protect('schema.table');
`
writeFileSync(file, text, { flag: 'wx' })
console.log(relative(process.cwd(), file))
