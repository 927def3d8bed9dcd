import type { Guard } from '@espejo/contract'
import { guardConfirmBody, guardQuery } from '@espejo/contract/schemas'
import { z } from 'zod'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { GuardChanged } from '../runs/guard-decisions.js'
import { type GuardFilter, guardBreakdown, listGuardItems } from '../runs/guard-items.js'
import { findGuard, type GuardRow } from '../runs/guard-store.js'
import type { RunControl } from '../runs/run-control.js'
import { findRun } from '../runs/run-store.js'
import { guardSchema, problemSchema, runSchema } from './answer-schemas.js'
import { decodeCursor, encodeCursor } from './cursor.js'
import { HttpProblem } from './problem.js'
import { ok, type Route, route } from './route.js'
import { fail, noSuchRun, runParams } from './run-problems.js'

const PATH = '/cianbox/sync/runs/:id'
const tag = 'runs'

/** What a run asks a person before it goes on, and the answer. */
export function guardRoutes({ pool, runControl }: { pool: Pool; runControl: RunControl }): Route[] {
  const answers = { 200: { description: 'The run; as it was where it asks nothing', schema: runSchema } }
  const changed = { 409: { description: 'The question is no longer the one shown', schema: problemSchema } }
  const decide = async (...decision: Parameters<RunControl['decideGuard']>) =>
    ok((await runControl.decideGuard(...decision)) ?? fail(noSuchRun()))
  return [
    route({
      method: 'get',
      path: `${PATH}/guard`,
      summary: 'What a run asks before it goes on: how many of how many, which of them, until when',
      tag,
      access: 'read',
      params: runParams,
      query: guardQuery,
      answers: {
        200: { description: "The run's open question, or else its last one", schema: guardSchema },
        404: { description: 'No such run, or (`no_guard`) it asked nothing', schema: problemSchema },
      },
      handle: ({ session: { tenantId }, params, query: { limit, cursor, ...filter } }) =>
        withTenant(pool, tenantId, async (tx) => {
          if (!(await findRun(tx, tenantId, params.id))) throw noSuchRun()
          const guard = (await findGuard(tx, tenantId, params.id)) ?? fail(noGuard())
          const after = decodeCursor(cursor, guardPlace)
          return ok(await shown(tx, tenantId, params.id, guard, filter, limit, after))
        }),
    }),
    route({
      method: 'post',
      path: `${PATH}/guard/confirm`,
      summary: 'Yes to what a run asks; it goes on. Idempotent, and nothing where it asks nothing',
      tag,
      access: 'operate',
      params: runParams,
      body: guardConfirmBody,
      bodyOptional: true,
      answers: { ...answers, ...changed },
      async handle({ session: { tenantId, userId }, params, body: { revision } }) {
        try {
          const answer = { decision: 'confirmed', decidedBy: userId, revision } as const
          return await decide(tenantId, params.id, answer)
        } catch (error) {
          throw error instanceof GuardChanged ? guardChanged() : error
        }
      },
    }),
    route({
      method: 'post',
      path: `${PATH}/guard/refuse`,
      summary:
        'No to what a run asks; it ends with `guard_refused`. Idempotent, and nothing where it asks nothing',
      tag,
      access: 'operate',
      params: runParams,
      answers,
      handle: ({ session: { tenantId, userId }, params }) =>
        decide(tenantId, params.id, { decision: 'refused', decidedBy: userId }),
    }),
    route({
      method: 'post',
      path: `${PATH}/confirm-sweep`,
      summary: 'The same as guard/confirm',
      tag,
      access: 'operate',
      params: runParams,
      answers,
      handle: ({ session: { tenantId, userId }, params }) =>
        decide(tenantId, params.id, { decision: 'confirmed', decidedBy: userId }),
    }),
  ]
}

async function shown(
  tx: Tx,
  tenantId: string,
  runId: string,
  guard: GuardRow,
  filter: GuardFilter,
  limit: number,
  after: z.infer<typeof guardPlace> | null,
): Promise<Guard> {
  const place = after && { sortText: after[0], cianboxId: after[1] }
  const rows = await listGuardItems(tx, tenantId, runId, guard, filter, limit + 1, place)
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  const { openedAt, expiresAt, decidedAt, ...rest } = guard
  return {
    ...rest,
    share: guard.of === 0 ? 1 : (guard.count + guard.earlier) / guard.of,
    breakdown: await guardBreakdown(tx, tenantId, runId, guard),
    items: page.map(({ sortText: _, ...item }) => item),
    nextCursor: last ? encodeCursor([last.sortText, last.cianboxId]) : null,
    openedAt: openedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    decidedAt: decidedAt?.toISOString() ?? null,
  }
}

/** Text that the list is ordered by, and id; NUL is what PostgreSQL's text cannot hold. */
const guardPlace = z.tuple([
  z
    .string()
    .max(700)
    .refine((text) => !text.includes('\0')),
  z.string().regex(/^\d{1,18}$/),
])

function noGuard(): HttpProblem {
  return new HttpProblem(404, 'no_guard', 'Esa sincronización no pidió ninguna decisión.')
}

function guardChanged(): HttpProblem {
  return new HttpProblem(
    409,
    'guard_changed',
    'Lo que se pregunta cambió desde que lo viste. Mirá la lista de nuevo antes de decidir.',
  )
}
