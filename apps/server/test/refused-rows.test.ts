import { expect, it, onTestFinished } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { writeIsolating } from '../src/sync/write-isolating.js'
import { useLiveApp } from './support/live-app.js'
import { mirrorOf, truthOf } from './support/mirror.js'
import { startRewritingProxy } from './support/rewriting-proxy.js'
import { createSoloWorker, startRun } from './support/solo-worker.js'

const live = useLiveApp({ worker: false })
const { app } = live

it('rows that only PostgreSQL refuses are isolated, and the others are written', async () => {
  await live.tenant('alone')
  const refused = await withTenant(app.database.pool, 'alone', async (tx) => {
    await tx.query('CREATE TEMP TABLE written (value jsonb) ON COMMIT DROP')
    const rows = ['1', '1e200000', '3', '{"a":"\\u0000"}', '5']
    const all = await writeIsolating(tx, rows, async (some) => {
      await tx.query({
        name: 'write-some',
        text: 'INSERT INTO written SELECT unnest($1::text[])::jsonb',
        values: [some],
      })
    })
    const { rows: written } = await tx.query<{ value: number }>('SELECT value FROM written ORDER BY value')
    expect(written.map(({ value }) => value)).toEqual([1, 3, 5])
    return all
  })
  expect(refused.map(({ row, error }) => [row, error.code])).toEqual([
    ['1e200000', '22003'],
    ['{"a":"\\u0000"}', '22P05'],
  ])
})

it('a run with such a row completes with one reject and everything else mirrored', async () => {
  const tenant = await live.tenant('refused')
  tenant.erp.edit([7], { peso: 424242 })
  const proxy = await startRewritingProxy(live.erpUrl, (text) =>
    text.replace(/"peso":\s*424242\b/, '"peso":1e200000'),
  )
  onTestFinished(proxy.close)
  const worker = createSoloWorker(live, proxy.url)
  await worker.work(tenant, await startRun(tenant)).done
  expect(await tenant.ended()).toMatchObject({ status: 'complete', created: 449, errors: 1, seen: 450 })
  const truth = truthOf(tenant.erp)
  truth.delete(7)
  expect(await mirrorOf(app.database.pool, 'refused')).toEqual(truth)
  const run = (await tenant.runs())[0]
  const rejects = (await tenant.call('GET', `/api/cianbox/sync/runs/${run?.id}/rejects`)).json.items
  expect(rejects).toMatchObject([{ cianboxId: '7', reason: expect.stringContaining('base de datos') }])
})
