import { beforeAll, describe, expect, it } from 'vitest'
import { useDatabase } from '../../test/support/database.js'
import { addTenant, beginRun } from '../../test/support/stream.js'
import { withTenant } from '../db/pool.js'
import { type LogTail, readLog, type TailRequest } from '../runs/event-log.js'
import { createTailReader } from './tail-reader.js'

const database = useDatabase()

describe('the tail reader', () => {
  const runs: { tenantId: string; id: string }[] = []
  beforeAll(async () => {
    for (const [tenantId, pages, ends] of [
      ['t0', 0, false],
      ['t1', 1, false],
      ['t2', 7, false],
      ['t3', 5, true],
    ] as const) {
      await addTenant(database.pool, tenantId)
      const run = await beginRun(database.pool, tenantId)
      for (let page = 0; page < pages; page++) await run.page()
      if (ends) await run.complete()
      runs.push(run)
    }
  })

  it('reads start, newest progress and ending past the position, of every run and tenant, in one query', async () => {
    const tenants = ['t0', 't1', 't2', 't3']
    const requests = tenants.flatMap((tenantId) =>
      runs.flatMap(({ id }) =>
        [0, 1, 2, 5, 6, 7, 8, 99].map((afterSeq) => ({ tenantId, runId: id, afterSeq })),
      ),
    )
    let queries = 0
    const counting = new Proxy(database.pool, {
      get(pool, key) {
        if (key === 'query') queries += 1
        const value = Reflect.get(pool, key)
        return typeof value === 'function' ? value.bind(pool) : value
      },
    })
    const read = createTailReader({ pool: counting })
    const tails = await Promise.all(requests.map(read))
    expect(queries).toBe(1)
    for (const [i, { tenantId, runId, afterSeq }] of requests.entries()) {
      const expected = await tailFromLog({ tenantId, runId, afterSeq })
      expect(tails[i], JSON.stringify(requests[i])).toEqual(expected)
    }
  })

  it("restores the transaction's own tenant", async () => {
    await withTenant(database.pool, 't1', async (tx) => {
      await tx.query('SELECT * FROM app.run_tails($1, $2, $3)', [['t2'], [runs[2]?.id], [0]])
      const { rows } = await tx.query('SELECT run_id FROM app.runs')
      expect(rows).toEqual([{ run_id: runs[1]?.id }])
    })
  })

  it('rejects every request of a query that fails', async () => {
    const broken = new Proxy(database.pool, {
      get: (pool, key) =>
        key === 'query' ? () => Promise.reject(new Error('gone')) : Reflect.get(pool, key),
    })
    const read = createTailReader({ pool: broken })
    const request = { tenantId: 't1', runId: 'x', afterSeq: 0 }
    const asked = await Promise.allSettled([read(request), read(request)])
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })
})

/** The tail by its definition, from the whole log. */
async function tailFromLog({ tenantId, runId, afterSeq }: TailRequest): Promise<LogTail | null> {
  const log = await withTenant(database.pool, tenantId, (tx) => readLog(tx, tenantId, runId, 0, 500))
  const newest = log.at(-1)
  if (!newest) return null
  const ended = newest.event === 'complete'
  const lastProgress = log.filter(({ event }) => event === 'progress').at(-1)
  const events = log.filter(
    (event) =>
      event.seq > afterSeq && (event.event === 'start' || event === lastProgress || event === newest),
  )
  return { seq: newest.seq, events, ended }
}
