import { listQuery, runBody } from '@espejo/contract/schemas'
import { z } from 'zod'
import { type Pool, withTenant } from '../db/pool.js'
import type { RunControl } from '../runs/run-control.js'
import { toRun } from '../runs/run-row.js'
import { findRun, listRuns } from '../runs/run-store.js'
import { listOf, problemSchema, runSchema } from './answer-schemas.js'
import { decodeCursor, invalidCursor, toList } from './cursor.js'
import { fail } from './problem.js'
import { ok, type Route, route } from './route.js'
import { noSuchRun, runActive, runParams } from './run-problems.js'

const PATH = '/cianbox/sync/runs'
const tag = 'runs'

/** Starting, listing, reading, cancelling, pausing and resuming runs. Watching one is `http/stream/`. */
export function runRoutes(deps: { pool: Pool; runControl: RunControl }): Route[] {
  const { pool, runControl } = deps
  return [
    route({
      method: 'post',
      path: PATH,
      summary: 'Start a run; each tenant has at most one active',
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
    ...RUN_ACTIONS.map(({ action, summary }) =>
      route({
        method: 'post',
        path: `${PATH}/:id/${action}`,
        summary,
        tag,
        access: 'operate',
        params: runParams,
        answers: {
          200: { description: 'The run; its status may change only seconds later', schema: runSchema },
        },
        async handle({ session, params }) {
          return ok((await runControl[action](session.tenantId, params.id)) ?? fail(noSuchRun()))
        },
      }),
    ),
  ]
}

/** All idempotent. */
const RUN_ACTIONS = [
  { action: 'cancel', summary: 'Cancel a run; what its pages committed stays' },
  { action: 'pause', summary: 'Pause a run' },
  { action: 'resume', summary: 'Resume a paused run; a guard that was pending is pending again' },
] as const
