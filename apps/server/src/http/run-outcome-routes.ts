import { listQuery } from '@espejo/contract/schemas'
import { z } from 'zod'
import { listChangesOfRun } from '../catalog/change-queries.js'
import { type Pool, withTenant } from '../db/pool.js'
import { listRejectedIds, listRejects } from '../runs/reject-queries.js'
import type { RunControl } from '../runs/run-control.js'
import { findRun } from '../runs/run-store.js'
import {
  listOf,
  problemSchema,
  productChangeSchema,
  rejectSchema,
  runPhaseSchema,
  runSchema,
} from './answer-schemas.js'
import { changePosition, decodeCursor, toList } from './cursor.js'
import { fail, HttpProblem } from './problem.js'
import { ok, type Route, route } from './route.js'
import { noSuchRun, runActive, runParams } from './run-problems.js'

const PATH = '/cianbox/sync/runs/:id'
const tag = 'runs'

/** The outcome of a run: the rows that it rejected, and what it changed. */
export function runOutcomeRoutes({ pool, runControl }: { pool: Pool; runControl: RunControl }): Route[] {
  return [
    route({
      method: 'get',
      path: `${PATH}/rejects`,
      summary: 'The rows that a run rejected, by phase and in the order in which they came',
      tag,
      access: 'read',
      params: runParams,
      query: listQuery,
      answers: { 200: { description: 'A page of rejected rows', schema: listOf(rejectSchema) } },
      handle: ({ session, params, query }) =>
        withTenant(pool, session.tenantId, async (tx) => {
          if (!(await findRun(tx, session.tenantId, params.id))) throw noSuchRun()
          const after = decodeCursor(query.cursor, rejectPosition)
          const rows = await listRejects(tx, session.tenantId, params.id, query.limit + 1, after)
          return ok(toList(rows, query.limit, ({ phase, page, position }) => [phase, page, position]))
        }),
    }),
    route({
      method: 'post',
      path: `${PATH}/rejects/retry`,
      summary: 'Start a run of the rejected products only',
      tag,
      access: 'operate',
      params: runParams,
      answers: {
        201: { description: 'The new run', schema: runSchema },
        409: { description: 'Another run is active; it is in `run`', schema: problemSchema },
        422: { description: 'No rejected row has an id that can be requested', schema: problemSchema },
      },
      async handle({ session: { tenantId, userId }, params }) {
        const ids = await withTenant(pool, tenantId, async (tx) => {
          if (!(await findRun(tx, tenantId, params.id))) throw noSuchRun()
          return listRejectedIds(tx, tenantId, params.id)
        })
        if (ids.length === 0) throw nothingToRetry()
        const { run, started } = await runControl.start(tenantId, {
          mode: 'ids',
          dryRun: false,
          ids,
          startedBy: userId,
        })
        return started ? { status: 201, body: run } : fail(runActive(run))
      },
    }),
    route({
      method: 'get',
      path: `${PATH}/changes`,
      summary: 'What a run changed, field by field; of a dry run, what it would have changed',
      tag,
      access: 'read',
      params: runParams,
      query: listQuery,
      answers: { 200: { description: 'A page of changes', schema: listOf(productChangeSchema) } },
      handle: ({ session, params, query }) =>
        withTenant(pool, session.tenantId, async (tx) => {
          const run = (await findRun(tx, session.tenantId, params.id)) ?? fail(noSuchRun())
          const after = decodeCursor(query.cursor, changePosition)?.[0] ?? null
          const rows = await listChangesOfRun(tx, session.tenantId, run, query.limit + 1, after)
          return ok(toList(rows, query.limit, ({ changeId }) => [changeId]))
        }),
    }),
  ]
}

/** Non-negative and within PostgreSQL's `integer`. */
const integer = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1)
const rejectPosition = z.tuple([runPhaseSchema, integer, integer])

function nothingToRetry(): HttpProblem {
  return new HttpProblem(
    422,
    'nothing_to_retry',
    'Esa sincronización no tiene filas rechazadas con un id que se pueda volver a pedir.',
  )
}
