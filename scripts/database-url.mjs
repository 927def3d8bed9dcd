// `npm run --silent database-url`: prints the URL of the database of this installation, for programs that read its
// tables. The embedded database has one only while Espejo is running, since its port may change with each start.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.mjs'

build()
const { parseConfig } = await import('../apps/server/dist/app/config.js')
const { readEnvironment } = await import('../apps/server/dist/app/env.js')
const { findEmbeddedPostgres } = await import('../apps/server/dist/db/embedded/index.js')
const { loadStoredSecrets } = await import('../apps/server/dist/connections/secrets.js')

const { databaseUrl, dataDir } = parseConfig(readEnvironment())
const hasData = existsSync(join(dataDir, 'secrets.json'))
const url =
  databaseUrl ?? (hasData ? await findEmbeddedPostgres({ dataDir, ...loadStoredSecrets(dataDir) }) : null)
if (url === null) {
  console.error(`No Espejo is running in ${dataDir}. Start one with npm start.`)
  process.exitCode = 1
} else {
  console.log(url)
}
