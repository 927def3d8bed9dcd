import { setTimeout as delay } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { parseConfig } from '../src/app/config.js'
import { startService } from '../src/app/create-server.js'
import { useDatabase } from './support/database.js'
import { testSettings } from './support/services.js'

const database = useDatabase()

it('a process that stops is not ready first, still serves new connections for the drain time, then none', async () => {
  const config = parseConfig({
    ...testSettings(database, 'http://127.0.0.1:9'),
    PORT: '0',
    ESPEJO_ROLE: 'api',
    ESPEJO_DRAIN_SECONDS: '2',
  })
  const { http, stop } = await startService(config, pino({ level: 'silent' }), { maintenance: false })
  const get = async (path: string) => {
    const answer = await fetch(`${http?.url}${path}`)
    const { code } = (await answer.json()) as { code?: string }
    return { status: answer.status, code, connection: answer.headers.get('connection') }
  }
  expect(await get('/readyz')).toEqual({ status: 200, connection: 'keep-alive' })

  const from = performance.now()
  const stopped = stop()
  expect(await get('/readyz')).toEqual({ status: 503, code: 'draining', connection: 'close' })
  while (performance.now() - from < 1_700) {
    // A proxy must not send the next request on this connection, which is about to be closed.
    expect(await get('/healthz')).toEqual({ status: 200, connection: 'close' })
    expect(await get('/api/products')).toEqual({ status: 401, code: 'unauthenticated', connection: 'close' })
    await delay(50)
  }
  await stopped
  expect(performance.now() - from).toBeGreaterThan(1_990)
  await expect(get('/healthz')).rejects.toThrow('fetch failed')
})
