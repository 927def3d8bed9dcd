import { beforeAll, describe, expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { findRun } from '../src/runs/run-store.js'
import { useLiveApp } from './support/live-app.js'
import { createSoloWorker, type SoloWorker, startRun } from './support/solo-worker.js'

const live = useLiveApp({ worker: false })
const RUNS = '/api/cianbox/sync/runs'
let worker: SoloWorker
beforeAll(() => {
  worker = createSoloWorker(live)
})

describe('a run with a `waiting` notice', () => {
  it.each(['cancel', 'pause'] as const)(
    'carries out a %s in one claim, and its row has no other waiting',
    async (wish) => {
      for (let i = 0; i < 3; i++) {
        const tenant = await live.tenant(`${wish}-${i}`)
        tenant.erp.inject({ kind: 'too-many-requests', seconds: 60 })
        const run = await startRun(tenant)
        const { done } = worker.work(tenant, run)
        await tenant.newest(({ waiting }) => waiting?.reason === 'retry_after')
        await tenant.call('POST', `${RUNS}/${run.id}/${wish}`)
        await done
        const row = await withTenant(live.app.database.pool, tenant.id, (tx) =>
          findRun(tx, tenant.id, run.id),
        )
        expect(row).toMatchObject({
          status: wish === 'cancel' ? 'cancelled' : 'paused',
          waiting: wish === 'cancel' ? null : { reason: 'paused', until: null },
          epoch: 1,
        })
      }
    },
  )

  it('ends with its failure in one claim, without further requests to the broken ERP', async () => {
    const tenant = await live.tenant('broken')
    tenant.erp.inject({ kind: 'too-many-requests', seconds: 2 })
    const run = await startRun(tenant)
    await worker.work(tenant, run).done
    const ended = await tenant.ended()
    expect(ended).toMatchObject({ status: 'error', error: { code: 'upstream_rate_limited' }, waiting: null })
    const row = await withTenant(live.app.database.pool, tenant.id, (tx) => findRun(tx, tenant.id, run.id))
    expect(row?.epoch).toBe(1)
  })
})
