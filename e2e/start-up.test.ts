import { createServer } from 'node:net'
import type { List, Product, Run } from '@espejo/contract'
import { until } from '@espejo/tooling/until'
import { afterAll, describe, expect, it } from 'vitest'
import { type EspejoProcess, runEspejo, signIn, startEspejo, temporaryDataDir } from './support/espejo.js'

const dataDir = temporaryDataDir()
let espejo: EspejoProcess | undefined

afterAll(async () => {
  await espejo?.end('SIGTERM')
  dataDir.remove()
})

describe('a start that fails', () => {
  const SECRET = Buffer.alloc(32, 7).toString('base64')
  it.each([
    ['an invalid port', { PORT: '70000' }, /PORT: must be a whole number from 0 to 65535/],
    ['an unknown role', { ESPEJO_ROLE: 'boss' }, /ESPEJO_ROLE: must be all, api or worker/],
    [
      'an invalid database URL',
      { DATABASE_URL: 'mysql://x/y', ESPEJO_SECRET_KEY: SECRET },
      /DATABASE_URL: must look like/,
    ],
    [
      'a database without a key',
      { DATABASE_URL: 'postgres://x@127.0.0.1/y' },
      /ESPEJO_SECRET_KEY is required/,
    ],
    ['a short key', { ESPEJO_SECRET_KEY: 'c2hvcnQ=' }, /ESPEJO_SECRET_KEY: must be 32 bytes/],
    [
      'a database that is not reachable',
      { DATABASE_URL: 'postgres://ana:clave-plantada@127.0.0.1:1/espejo', ESPEJO_SECRET_KEY: SECRET },
      /DATABASE_URL: nothing answers at 127\.0\.0\.1:1/,
    ],
  ])('prints the reason in one line: %s', async (_, settings, sentence) => {
    const { code, output } = await runEspejo(settings)
    expect(code).toBe(1)
    expect(output.trim().split('\n')).toHaveLength(1)
    expect(output).toMatch(sentence)
    expect(output).not.toContain('clave-plantada')
  })

  it('names the port that is in use, and leaves no process running', async () => {
    const other = createServer()
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port))
    })
    const own = temporaryDataDir()
    const { code, output } = await runEspejo({ PORT: String(port), ESPEJO_DATA_DIR: own.path })
    other.close()
    expect(code).toBe(1)
    expect(output).toContain(`PORT: ${port} on 127.0.0.1 is in use`)
    // The directory is free again: a second try reaches the same point, not "in use by another Espejo".
    const second = await startEspejo({ ESPEJO_DATA_DIR: own.path, ESPEJO_DEMO_PRODUCTS: '10' })
    await second.end('SIGTERM')
    own.remove()
  })
})

describe('a start', () => {
  it('works in a folder of mode 0700, such as root’s home', async () => {
    const own = temporaryDataDir({ private: true })
    const settings = { ESPEJO_DATA_DIR: own.path, ESPEJO_DEMO_PRODUCTS: '10' }
    const first = await startEspejo(settings)
    await first.end('SIGTERM')
    const second = await startEspejo(settings)
    expect((await signIn(second.url)).token).toMatch(/^ey/)
    await second.end('SIGTERM')
    own.remove()
  })
})

describe('a process that is killed in the middle of a run', () => {
  it('continues from the last committed page after a restart, and loses nothing', async () => {
    const settings = {
      ESPEJO_DATA_DIR: dataDir.path,
      ESPEJO_DEMO_PRODUCTS: '1500',
      ESPEJO_DEMO_LATENCY_MS: '300',
    }
    espejo = await startEspejo(settings)
    const first = await signIn(espejo.url)
    const { id } = await first.post<Run>('/api/cianbox/sync/runs')
    const before = await until(async () => {
      const run = await first.get<Run>(`/api/cianbox/sync/runs/${id}`)
      return run.page >= 2 && run
    })
    await espejo.end('SIGKILL')

    espejo = await startEspejo(settings)
    const again = await signIn(espejo.url)
    const run = await until(async () => {
      const run = await again.get<Run>(`/api/cianbox/sync/runs/${id}`)
      return run.endedAt !== null && run
    }, 60)
    expect(run).toMatchObject({ status: 'complete', created: 1500, updated: 0, unchanged: 0, errors: 0 })
    expect(run.page).toBeGreaterThan(before.page)
  })

  it('keeps its data after a clean stop, and refuses a second Espejo on the same directory while it runs', async () => {
    const rival = await runEspejo({ ESPEJO_DATA_DIR: dataDir.path })
    expect(rival.code).toBe(1)
    expect(rival.output).toContain('Another Espejo is using the data directory')

    await espejo?.end('SIGTERM')
    espejo = await startEspejo({ ESPEJO_DATA_DIR: dataDir.path })
    const api = await signIn(espejo.url)
    expect((await api.get<List<Product>>('/api/products?limit=1')).items).toHaveLength(1)
  })
})
