import type { Schedule, ScheduleSettings } from '@espejo/contract'
import { z } from 'zod'
import type { DatabaseClock } from '../db/database-clock.js'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { cronProblem, nextScheduledTime, TIME_ZONE } from '../maintenance/cron.js'
import { readSchedule, writeSchedule } from '../maintenance/schedule-store.js'
import { readTimers, schedule } from '../maintenance/tenant-timers.js'
import { scheduleSchema } from './answer-schemas.js'
import { ok, type Route, route } from './route.js'

const PATH = '/cianbox/sync/schedule'
const tag = 'schedule'

/** The schedule by which a tenant's runs start. */
export function scheduleRoutes(deps: { pool: Pool; clock: DatabaseClock }): Route[] {
  const { pool, clock } = deps
  return [
    route({
      method: 'get',
      path: PATH,
      summary: 'The schedule of runs, and what a sweep may retire without confirmation',
      tag,
      access: 'read',
      answers: { 200: { description: 'The schedule', schema: scheduleSchema } },
      handle: ({ session: { tenantId } }) =>
        withTenant(pool, tenantId, async (tx) => ok(await scheduleOf(tx, tenantId))),
    }),
    route({
      method: 'put',
      path: PATH,
      summary: 'Write the schedule: cron expressions of five fields, in the time of Argentina',
      tag,
      access: 'configure',
      body: scheduleBody,
      answers: { 200: { description: 'The schedule as stored', schema: scheduleSchema } },
      handle: ({ session: { tenantId }, body }) =>
        withTenant(pool, tenantId, async (tx) => {
          await writeSchedule(tx, tenantId, body)
          const at = await clock(tx)
          for (const kind of ['full', 'incremental'] as const) {
            const cron = body[kind]
            await schedule(tx, tenantId, kind, cron === null ? null : nextScheduledTime(cron, tenantId, at))
          }
          return ok(await scheduleOf(tx, tenantId))
        }),
    }),
  ]
}

async function scheduleOf(tx: Tx, tenantId: string): Promise<Schedule> {
  const settings = await readSchedule(tx, tenantId)
  const due = await readTimers(tx, tenantId)
  return {
    ...settings,
    timeZone: TIME_ZONE,
    nextFullAt: due.full?.toISOString() ?? null,
    nextIncrementalAt: due.incremental?.toISOString() ?? null,
  }
}

const cron = z
  .string()
  .trim()
  .max(100, 'No puede tener más de 100 caracteres.')
  .superRefine((value, ctx) => {
    const problem = cronProblem(value)
    if (problem !== null) ctx.addIssue({ code: 'custom', message: problem })
  })
  .nullable()

const hours = 'Tiene que ser un número entero de 1 a 720.'
const percent = 'Tiene que ser un número entero de 1 a 100.'
const scheduleBody = z
  .object({
    full: cron.default(null),
    incremental: cron.default(null),
    sweepGuardPercent: z.number(percent).int(percent).min(1, percent).max(100, percent).default(15),
    guardExpiryHours: z.number(hours).int(hours).min(1, hours).max(720, hours).default(24),
  })
  .meta({ id: 'ScheduleBody' }) satisfies z.ZodType<ScheduleSettings>
