import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { pino } from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { parseConfig } from '../src/app/config.js'
import { startService } from '../src/app/create-server.js'
import { StartError } from '../src/app/open-database.js'
import { connectionProblem } from '../src/db/connection-problem.js'
import { useDatabase } from './support/database.js'
import { testSettings } from './support/services.js'

const database = useDatabase()

it("on a database restored without the app's role: one line, whose statements repair it", async () => {
  const owner = await connect(database.url)
  for (const schema of ['app', 'catalog']) {
    await owner.query(`REVOKE ALL ON SCHEMA ${schema} FROM espejo_app`)
    await owner.query(`REVOKE ALL ON ALL TABLES IN SCHEMA ${schema} FROM espejo_app`)
  }
  await owner.query('REVOKE ALL ON espejo_migrations FROM espejo_app')

  const message = await startError(database.url)
  expect(message).toMatch(/^The role espejo_app lacks rights on app, catalog, espejo_migrations, [^\n]*$/)
  await owner.query(/ run: (.*); and start again\.$/.exec(message ?? '')?.[1] ?? '')
  expect(await startError(database.url)).toBeNull()
})

it('with an owner who may not create the role: one line, whose statements an administrator can run', async () => {
  const name = `weak_${randomBytes(4).toString('hex')}`
  const owner = await connect(database.url)
  await owner.query(`CREATE ROLE ${name} LOGIN NOCREATEROLE PASSWORD 'clave'`)
  await owner.query(`GRANT ${name} TO espejo`)
  await owner.query(`CREATE DATABASE ${name} OWNER ${name}`)
  const url = new URL(database.url)
  url.username = name
  url.password = 'clave'
  url.pathname = `/${name}`
  expect(await startError(url.href)).toMatch(
    /^The role in DATABASE_URL may not prepare the app's own role\. Have an administrator run: [^\n]*;$/,
  )
})

it('with TLS demanded of a server that has none: one line', async () => {
  const url = new URL(database.url)
  url.searchParams.set('sslmode', 'require')
  expect(await startError(url.href)).toMatch(
    /^DATABASE_URL: PostgreSQL at 127\.0\.0\.1:\d+ does not offer TLS\. [^\n]*$/,
  )
})

it.each([
  [
    'no pg_hba.conf entry for host "::1", user "espejo", database "espejo", no encryption',
    '28000',
    /accepts only TLS/,
  ],
  ['self-signed certificate in certificate chain', 'SELF_SIGNED_CERT_IN_CHAIN', /unknown authority/],
  ['certificate has expired', 'CERT_HAS_EXPIRED', /has expired/],
])('explains «%s» in one line', (message, code, expected) => {
  const error = Object.assign(new Error(message), { code })
  const problem = connectionProblem(error, database.url)
  expect(problem).toMatch(expected)
  expect(problem).not.toContain('\n')
})

/** The message of the failed start; null: it started. Fails for an error that would be printed with its stack. */
async function startError(databaseUrl: string): Promise<string | null> {
  const config = parseConfig({
    ...testSettings(database, 'http://127.0.0.1:9'),
    DATABASE_URL: databaseUrl,
    PORT: '0',
    ESPEJO_ROLE: 'api',
  })
  try {
    const { stop } = await startService(config, pino({ level: 'silent' }), { maintenance: false })
    await stop()
    return null
  } catch (error) {
    expect(error).toBeInstanceOf(StartError)
    return (error as Error).message
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}
