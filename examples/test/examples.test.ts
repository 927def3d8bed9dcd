import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { List, Product, Run } from '@espejo/contract'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@espejo/server/db/embedded'
import { until } from '@espejo/tooling/until'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EspejoProcess, signIn, startEspejo, temporaryDataDir } from '../../e2e/support/espejo.js'

const run = promisify(execFile)
const fileOf = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))

/** The README's code block of this language that contains this text. */
function readmeBlock(language: string, text: string): string {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const blocks = [...readme.matchAll(/^```(\w+)\n(.*?)^```/gms)]
  const found = blocks.find(([, name, code = '']) => name === language && code.includes(text))
  if (!found?.[2]) throw new Error(`The README has no ${language} block with ${text}`)
  return found[2]
}

describe('with a running Espejo', () => {
  const PRODUCTS = 400
  const dataDir = temporaryDataDir()
  let postgres: EmbeddedPostgres
  let espejo: EspejoProcess
  let api: Awaited<ReturnType<typeof signIn>>

  beforeAll(async () => {
    const ownerPassword = randomBytes(12).toString('hex')
    postgres = await startEmbeddedPostgres({
      dataDir: dataDir.path,
      superuserPassword: ownerPassword,
      ownerPassword,
    })
    espejo = await startEspejo({
      DATABASE_URL: postgres.databaseUrl,
      ESPEJO_SECRET_KEY: randomBytes(32).toString('base64'),
      ESPEJO_DEMO: '1',
      ESPEJO_DEMO_PRODUCTS: String(PRODUCTS),
      ESPEJO_DEMO_LATENCY_MS: '50',
    })
    api = await signIn(espejo.url)
  })
  afterAll(async () => {
    await espejo?.end('SIGTERM')
    await postgres?.stop()
    dataDir.remove()
  })

  const query = async (databaseUrl: string, tenant: string, name: string, value: string) => {
    const { stdout } = await run(process.execPath, [fileOf('sql/query.js'), databaseUrl, tenant, name, value])
    return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
  }
  const ask = (name: string, value: string, tenant = 'demo') =>
    query(postgres.databaseUrl, tenant, name, value)

  it('watch-run starts a sync, prints its progress, and ends with its result', async () => {
    const { stdout } = await run(process.execPath, [fileOf('watch-run/watch.js'), espejo.url])
    const [synced] = (await api.get<List<Run>>('/api/cianbox/sync/runs')).items
    expect(synced).toMatchObject({ status: 'complete', created: PRODUCTS })
    const lines = stdout.trim().split('\n')
    expect(lines.at(-1)).toBe(`${synced?.id}: ${PRODUCTS} products in ${synced?.requests} requests`)
    expect(lines.slice(0, -1).join('\n')).toMatch(/^ *\d+ % {2}page \d+\/\d+$/m)
  })

  it('the README’s requests of the HTTP API find products and stream a sync', async () => {
    const block = readmeBlock('sh', 'api/auth/login').replaceAll('localhost:3000', new URL(espejo.url).host)
    const { stdout } = await run('bash', ['-c', block])
    const answer = stdout.split('\n').find((line) => line.startsWith('{"items":['))
    expect((JSON.parse(answer ?? '{}') as List<Product>).items).toHaveLength(2)
    expect(stdout).toContain('event: complete')
  })

  it('the README’s SQL finds a product of the demo, typed in psql', async () => {
    const client = new pg.Client({ connectionString: postgres.databaseUrl })
    await client.connect()
    const rows: unknown[] = []
    // psql sends one statement at a time, each in a transaction of its own unless BEGIN opened one.
    for (const statement of readmeBlock('sql', 'set_config').replaceAll(/--.*/g, '').split(';')) {
      if (statement.trim() !== '') rows.push(...(await client.query(statement)).rows)
    }
    await client.end()
    expect(rows).toContainEqual({
      sku: expect.any(String),
      name: expect.any(String),
      charge: expect.stringMatching(/^\d/),
      stock: expect.any(String),
    })
  })

  it('watch-run prints an error and exits with code 1', async () => {
    const args = [fileOf('watch-run/watch.js'), espejo.url, 'demo@espejo.test', 'equivocada']
    await expect(run(process.execPath, args)).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/contraseña/i),
    })
  })

  it('sql returns the scanned product, its prices by list and its stock by branch, like the API', async () => {
    const { items } = await api.get<List<Product>>('/api/products?limit=200&active=true')
    const product = items.find(
      (item) =>
        item.price && item.barcode && item.stockByBranch.some(({ available }) => Number(available) > 0),
    )
    if (!product?.barcode) throw new Error('The demo has no product with a barcode and stock.')
    const { cianboxId, name, price, offer, stock } = product
    const exact = (amount: string | null) =>
      expect.stringMatching(new RegExp(`^${amount?.replace('.', '\\.')}(\\.?0*)$`))

    const scanned = await ask('by-barcode', product.barcode)
    expect(scanned).toContainEqual(
      expect.objectContaining({
        cianbox_id: cianboxId,
        name,
        charge: exact(offer?.localFinal ?? price),
        price: exact(price),
        stock: exact(stock),
      }),
    )
    expect(await ask('by-barcode', product.barcode, 'vecino')).toEqual([])

    const prices = await ask('price-lists', cianboxId)
    expect(prices.map(({ final }) => final)).toEqual(product.prices.map(({ final }) => exact(final)))
    expect(prices.map(({ local_final }) => local_final)).toEqual(
      product.prices.map(({ localFinal }) => exact(localFinal)),
    )
    expect(prices.every(({ list }) => typeof list === 'string')).toBe(true)
    expect(prices.map(({ currency }) => currency)).toContain('Dólar')

    const branches = await ask('stock-by-branch', cianboxId)
    expect(branches.length).toBe(
      product.stockByBranch.filter(({ available }) => Number(available) > 0).length,
    )
    expect(branches[0].branch).toEqual(expect.any(String))
  })

  it('sql reads the change log from the last read change', async () => {
    expect(await ask('changed-since', '0')).toEqual([])
    const client = new pg.Client({ connectionString: postgres.databaseUrl })
    await client.connect()
    await client.query("SELECT set_config('app.tenant', 'demo', false)")
    const product = "(SELECT min(cianbox_id) FROM catalog.products WHERE tenant_id = 'demo')"
    await client.query(`INSERT INTO catalog.product_changes (tenant_id, run_id, cianbox_id, kind)
      VALUES ('demo', 'r1', ${product}, 'updated'), ('demo', 'r1', ${product}, 'retired')`)
    await client.end()
    const [first, second, ...rest] = await ask('changed-since', '0')
    expect([first.kind, second.kind, rest.length]).toEqual(['updated', 'retired', 0])
    expect(first.name).toEqual(expect.any(String))
    expect(await ask('changed-since', first.change_id)).toEqual([second])
  })

  it('sql works with the read-only role of the README', async () => {
    const owner = new pg.Client({ connectionString: postgres.databaseUrl })
    await owner.connect()
    await owner.query(`CREATE ROLE till LOGIN PASSWORD 'clave';
      GRANT USAGE ON SCHEMA catalog TO till;
      GRANT SELECT ON ALL TABLES IN SCHEMA catalog TO till`)
    const till = new URL(postgres.databaseUrl)
    till.username = 'till'
    till.password = 'clave'
    const { rows } = await owner.query(`SELECT set_config('app.tenant', 'demo', false)`)
    expect(rows).toHaveLength(1)
    const { rows: products } = await owner.query(
      'SELECT cianbox_id FROM catalog.products WHERE jsonb_array_length(raw->$1) > 0 LIMIT 1',
      ['precios'],
    )
    await owner.end()
    expect((await query(till.href, 'demo', 'price-lists', products[0].cianbox_id)).length).toBeGreaterThan(0)
    expect(await query(till.href, 'vecino', 'price-lists', products[0].cianbox_id)).toEqual([])
  })
})

describe('embed-in-express', () => {
  const dataDir = temporaryDataDir()
  let host: ChildProcess
  let url = ''

  beforeAll(async () => {
    host = spawn(process.execPath, [fileOf('embed-in-express/server.js'), '0', dataDir.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let printed = ''
    host.stdout?.on('data', (chunk) => {
      printed += chunk
    })
    url = await until(() => /http:\S+/.exec(printed)?.[0], 60)
  })
  afterAll(async () => {
    const ended = once(host, 'exit')
    host.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    dataDir.remove()
  })

  async function logIn(name: string, password = `clave-de-${name}`) {
    const answer = await fetch(`${url}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, password }),
    })
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? ''
    return (path: string, init: RequestInit = {}) =>
      fetch(url + path, { ...init, headers: { ...init.headers, cookie } })
  }

  it('requires the host’s session, and has no login of its own', async () => {
    const nobody = await logIn('ana', 'equivocada')
    expect((await nobody('/espejo/api/products')).status).toBe(401)
    expect((await nobody('/espejo/api/auth/login', { method: 'POST' })).status).toBe(404)
  })

  it('syncs, streams and shows only what the host’s user may see', async () => {
    const ana = await logIn('ana')
    const stream = await (await ana('/espejo/api/cianbox/sync/products/stream')).text()
    expect(stream).toContain('event: complete')
    const { items } = (await (await ana('/espejo/api/products?limit=1')).json()) as List<Product>
    expect(items).toHaveLength(1)

    const caro = await logIn('caro')
    expect(((await (await caro('/espejo/api/products')).json()) as List<Product>).items).toEqual([])
  })

  it('has a database that database-url finds', async () => {
    const script = fileURLToPath(new URL('../../scripts/database-url.mjs', import.meta.url))
    const { stdout } = await run(process.execPath, [script], { env: { ESPEJO_DATA_DIR: dataDir.path } })
    const args = [fileOf('sql/query.js'), stdout.trim(), 'demo', 'changed-since', '0']
    expect((await run(process.execPath, args)).stdout).toBe('')
  })

  it('refuses a start by a viewer, and every request of an ended session', async () => {
    const beto = await logIn('beto')
    expect((await beto('/espejo/api/cianbox/sync/runs', { method: 'POST' })).status).toBe(403)
    expect((await beto('/espejo/api/products')).status).toBe(200)
    await beto('/logout', { method: 'POST' })
    expect((await beto('/espejo/api/products')).status).toBe(401)
  })
})
