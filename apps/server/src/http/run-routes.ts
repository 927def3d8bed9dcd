import { listQuery, runBody } from '@espejo/contract/schemas'
import { z } from 'zod'
import { type Pool, withTenant } from '../db/pool.js'
import type { RunControl } from '../runs/run-control.js'
import { toRun } from '../runs/run-row.js'
import { findRun, listRuns } from '../runs/run-store.js'
import { listOf, problemSchema, runSchema } from './answer-schemas.js'
import { decodeCursor, invalidCursor, toList } from './cursor.js'
import { ok, type Route, route } from './route.js'
import { fail, noSuchRun, runActive, runParams } from './run-problems.js'

const PATH = '/cianbox/sync/runs'
const tag = 'runs'

/** Starting, reading and steering runs. Watching one is the stream's. */
export function runRoutes(deps: { pool: Pool; runControl: RunControl }): Route[] {
  const { pool, runControl } = deps
  return [
    route({
      method: 'post',
      path: PATH,
      summary: 'Start a run; one a tenant is active at a time',
      tag,
      access: 'operate',
      body: runBody,
      bodyOptional: true,
      answers: {
        201: { description: 'The new run', schema: runSchema },
        409: { description: 'Another run is active; it is in `run`', schema: problemSchema },
      },
      async handle({ session, body }) {
        const { run, started } = await runControl.start(session.tenantId, {
          mode: body.mode,
          dryRun: body.dryRun,
          ids: body.ids ?? null,
          startedBy: session.userId,
        })
        if (!started) throw runActive(run)
        return { status: 201, body: run }
      },
    }),
    route({
      method: 'get',
      path: PATH,
      summary: 'The history, newest first',
      tag,
      access: 'read',
      query: listQuery,
      answers: { 200: { description: 'A page of runs', schema: listOf(runSchema) } },
      handle: ({ session, query }) =>
        withTenant(pool, session.tenantId, async (tx) => {
          const after = decodeCursor(query.cursor, z.tuple([runParams.shape.id]))?.[0] ?? null
          if (after !== null && !(await findRun(tx, session.tenantId, after))) throw invalidCursor()
          const rows = await listRuns(tx, session.tenantId, query.limit + 1, after)
          return ok(toList(rows.map(toRun), query.limit, (run) => [run.id]))
        }),
    }),
    route({
      method: 'get',
      path: `${PATH}/:id`,
      summary: 'One run',
      tag,
      access: 'read',
      params: runParams,
      answers: { 200: { description: 'The run', schema: runSchema } },
      handle: ({ session, params }) =>
        withTenant(pool, session.tenantId, async (tx) => {
          const row = await findRun(tx, session.tenantId, params.id)
          return ok(toRun(row ?? fail(noSuchRun())))
        }),
    }),
    ...ORDERS.map(({ path, order, summary }) =>
      route({
        method: 'post',
        path: `${PATH}/:id/${path}`,
        summary,
        tag,
        access: 'operate',
        params: runParams,
        answers: { 200: { description: 'The run, which may take seconds to obey', schema: runSchema } },
        async handle({ session, params }) {
          return ok((await runControl[order](session.tenantId, params.id)) ?? fail(noSuchRun()))
        },
      }),
    ),
  ]
}

/** What people tell a run, each as often as they like. */
const ORDERS = [
  { path: 'cancel', order: 'cancel', summary: 'End a run; what its pages committed stays' },
  { path: 'pause', order: 'pause', summary: 'Hold a run where it is' },
  { path: 'resume', order: 'resume', summary: 'Let a paused run go on; what it asked it asks again' },
] as const
