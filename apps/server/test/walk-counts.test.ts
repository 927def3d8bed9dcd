import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { recordPage } from '../src/runs/page-store.js'
import { countWalk } from '../src/runs/pass-store.js'
import { insertRun } from '../src/runs/run-store.js'
import { useDatabase } from './support/database.js'
import { addTenant } from './support/stream.js'

const TENANT = 'counted'
const database = useDatabase()

beforeAll(() => addTenant(database.pool, TENANT))

const lowest = (ids: readonly number[]) => (ids.length === 0 ? null : Math.min(...ids))
const highest = (ids: readonly number[]) => (ids.length === 0 ? null : Math.max(...ids))

const page = fc.record({
  ids: fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 8 }),
  // A process of the version before records no bounds.
  hasRange: fc.boolean(),
})

it('counts the distinct ids of a walk, whether its pages overlap or not, with and without their bounds', async () => {
  const pages = fc.array(page, { maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(pages, pages, async (walked, drift) => {
      const run = await withTenant(database.pool, TENANT, async (tx) => {
        await tx.query('DELETE FROM app.runs WHERE tenant_id = $1', [TENANT])
        return insertRun(tx, TENANT, {
          id: '000000000001',
          mode: 'full',
          dryRun: false,
          requestedIds: null,
          startedBy: null,
        })
      })
      if (!run) throw new Error('Another run is active.')
      const claim = { tenantId: TENANT, id: run.id, epoch: 1 }
      await withTenant(database.pool, TENANT, async (tx) => {
        for (const [phase, list] of [
          ['products', walked],
          ['drift', drift],
        ] as const) {
          for (const [i, { ids, hasRange }] of list.entries()) {
            const range =
              hasRange && ids.length > 0 ? { lowest: Math.min(...ids), highest: Math.max(...ids) } : null
            const record = { phase, page: i + 1, ids: ids.map(String), range, withoutId: 0, leftOut: 0 }
            await recordPage(tx, claim, record)
          }
        }
      })
      const counts = await countWalk(database.pool, claim, walked.length)
      const ofWalk = new Set(walked.flatMap(({ ids }) => ids))
      const all = new Set([...ofWalk, ...drift.flatMap(({ ids }) => ids)])
      expect(counts).toMatchObject({
        walked: ofWalk.size,
        all: all.size,
        lowest: lowest([...ofWalk]),
        highest: highest([...ofWalk]),
        lastLength: walked.at(-1)?.ids.length ?? 0,
        lowestBeforeLast: lowest(walked.at(-2)?.ids ?? []),
      })
    }),
    { numRuns: 150 },
  )
})
