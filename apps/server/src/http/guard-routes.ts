import type { Guard } from '@espejo/contract'
import { guardConfirmBody, guardQuery } from '@espejo/contract/schemas'
import { type Pool, withTenant } from '../db/pool.js'
import { GuardChanged } from '../runs/guard-decisions.js'
import { guardBreakdown, listGuardItems } from '../runs/guard-items.js'
import { findGuard } from '../runs/guard-store.js'
import type { RunControl } from '../runs/run-control.js'
import { findRun } from '../runs/run-store.js'
import { guardSchema, problemSchema, runSchema } from './answer-schemas.js'
import { decodeCursor, textPosition, toList } from './cursor.js'
import { fail, HttpProblem } from './problem.js'
import { ok, type Route, route } from './route.js'
import { noSuchRun, runParams } from './run-problems.js'

const PATH = '/cianbox/sync/runs/:id'
const tag = 'runs'

/** The guard of a run, which waits for a person to confirm or refuse it, and that decision. */
export function guardRoutes({ pool, runControl }: { pool: Pool; runControl: RunControl }): Route[] {
  const answers = {
    200: { description: 'The run; unchanged where no decision is pending', schema: runSchema },
  }
  const changed = { 409: { description: 'The guard has changed since it was shown', schema: problemSchema } }
  const decide = async (...decision: Parameters<RunControl['decideGuard']>) =>
    ok((await runControl.decideGuard(...decision)) ?? fail(noSuchRun()))
  return [
    route({
      method: 'get',
      path: `${PATH}/guard`,
      summary:
        'The guard of a run: how many of how many would be retired or changed, which, and until when to decide',
      tag,
      access: 'read',
      params: runParams,
      query: guardQuery,
      answers: {
        200: { description: "The run's pending guard, or else its last one", schema: guardSchema },
        404: { description: 'No such run, or (`no_guard`) it never had a guard', schema: problemSchema },
      },
      handle: ({ session: { tenantId }, params, query: { limit, cursor, ...filter } }) =>
        withTenant(pool, tenantId, async (tx) => {
          if (!(await findRun(tx, tenantId, params.id))) throw noSuchRun()
          const guard = (await findGuard(tx, tenantId, params.id)) ?? fail(noGuard())
          const after = decodeCursor(cursor, guardPosition)
          const place = after && { sortText: after[0], cianboxId: after[1] }
          const rows = await listGuardItems(tx, tenantId, params.id, guard, filter, limit + 1, place)
          const { items, nextCursor } = toList(rows, limit, (item) => [item.sortText, item.cianboxId])
          const { openedAt, expiresAt, decidedAt, ...rest } = guard
          return ok({
            ...rest,
            share: guard.of === 0 ? 1 : (guard.count + guard.earlier) / guard.of,
            breakdown: await guardBreakdown(tx, tenantId, params.id, guard),
            items: items.map(({ sortText: _, ...item }) => item),
            nextCursor,
            openedAt: openedAt.toISOString(),
            expiresAt: expiresAt.toISOString(),
            decidedAt: decidedAt?.toISOString() ?? null,
          } satisfies Guard)
        }),
    }),
    route({
      method: 'post',
      path: `${PATH}/guard/confirm`,
      summary:
        'Confirm the guard: the run continues. Idempotent; without effect where no decision is pending',
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
        'Refuse the guard: the run ends with `guard_refused`. Idempotent; without effect where no decision is pending',
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

const guardPosition = textPosition(700)

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
