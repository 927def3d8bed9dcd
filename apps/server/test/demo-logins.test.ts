import { pino } from 'pino'
import { expect, it } from 'vitest'
import { parseConfig } from '../src/app/config.js'
import { startService } from '../src/app/create-server.js'
import { useDatabase } from './support/database.js'
import { testSettings } from './support/services.js'

const database = useDatabase()

async function start(settings: Record<string, string>) {
  const config = parseConfig({ PORT: '0', ...testSettings(database, 'http://127.0.0.1:9'), ...settings })
  const service = await startService(config, pino({ level: 'silent' }), {
    ...{ worker: false, maintenance: false, webDir: '/nowhere' },
  })
  try {
    const setup = await fetch(`${service.http?.url}/api/setup`)
    return (await setup.json()) as object
  } finally {
    await service.stop()
  }
}

it('a database of the demo is not served to other machines, with the demo switched off either', async () => {
  expect(await start({ HOST: '0.0.0.0' })).toEqual({ needed: true, demo: false })
  expect(await start({ ESPEJO_DEMO: '1', ESPEJO_DEMO_PRODUCTS: '10' })).toEqual({ needed: false, demo: true })
  await expect(start({ HOST: '0.0.0.0' })).rejects.toThrow(/^HOST: this database has logins of the demo/)
  expect(await start({})).toEqual({ needed: false, demo: false })
})
