import type { ChangesData, CompleteData, ErrorData, ProgressData, StartData } from '@espejo/contract'
import { z } from 'zod'
import {
  runErrorCodeSchema,
  runModeSchema,
  runPhaseSchema,
  runSchema,
  waitingSchema,
} from '../answer-schemas.js'

/** Schemas of the `data` of each event, for the OpenAPI document, which cannot describe events. */
const time = z.iso.datetime()
const count = z.number().int().min(0)

const startData = z
  .object({ message: z.string(), timestamp: time, runId: z.string(), mode: runModeSchema })
  .meta({ id: 'StartData', description: '`event: start`' }) satisfies z.ZodType<StartData>

const progressData = z
  .object({
    page: count,
    totalPages: count,
    productsInPage: count,
    totalProcessed: count,
    created: count,
    updated: count,
    errors: count,
    percent: count.max(100),
    unchanged: count,
    seen: count,
    phase: runPhaseSchema,
    ratePerSecond: z.number().nullable(),
    etaSeconds: z.number().nullable(),
    requests: count,
    waiting: waitingSchema.nullable(),
  })
  .meta({ id: 'ProgressData', description: '`event: progress`' }) satisfies z.ZodType<ProgressData>

const completeData = z
  .object({
    success: z.literal(true),
    totalProducts: count,
    created: count,
    updated: count,
    errors: count,
    pages: count,
    duration: count.meta({ description: 'Milliseconds' }),
    timestamp: time,
    unchanged: count,
    retired: count,
    requests: count,
  })
  .meta({ id: 'CompleteData', description: '`event: complete`' }) satisfies z.ZodType<CompleteData>

const errorData = z
  .object({ success: z.literal(false), message: z.string(), timestamp: time, code: runErrorCodeSchema })
  .meta({
    id: 'ErrorData',
    description: '`event: error`, a cancelled run included',
  }) satisfies z.ZodType<ErrorData>

const pingData = z
  .object({ timestamp: time })
  .meta({ id: 'PingData', description: '`event: ping`, without an id' })
const resetData = z.object({ reason: z.literal('unknown_cursor') }).meta({
  id: 'ResetData',
  description: '`event: reset`, without an id: discard the known state; the current one follows',
})
const drainData = z.object({ retryMs: count }).meta({
  id: 'DrainData',
  description: '`event: drain`, without an id: reconnect after `retryMs` milliseconds',
})

const changesData = z
  .object({
    products: z
      .array(z.object({ id: z.string(), kind: z.enum(['created', 'updated', 'retired', 'restored']) }))
      .nullable()
      .meta({ description: 'null: too many to list, or the stream has just begun: reload what is shown' }),
  })
  .meta({
    id: 'ChangesData',
    description: '`event: changes`, without an id, only with `?changes=1`',
  }) satisfies z.ZodType<ChangesData>

export const eventSchemas = {
  start: startData,
  progress: progressData,
  complete: completeData,
  error: errorData,
  ping: pingData,
  reset: resetData,
  drain: drainData,
  changes: changesData,
}

/** One event of a run in the JSON and NDJSON forms of its log. */
export const runEventSchema = z
  .discriminatedUnion('event', [
    z.object({ id: z.string(), event: z.literal('start'), data: startData }),
    z.object({ id: z.string(), event: z.literal('progress'), data: progressData }),
    z.object({ id: z.string(), event: z.literal('complete'), data: completeData }),
    z.object({ id: z.string(), event: z.literal('error'), data: errorData }),
  ])
  .meta({ id: 'RunEvent' })

/** A run, and the events that a new viewer would get now. */
export const runSnapshotSchema = z
  .object({ run: runSchema, events: z.array(runEventSchema), lastEventId: z.string() })
  .meta({ id: 'RunSnapshot' })
