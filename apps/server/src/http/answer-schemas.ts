import type {
  Connection,
  ConnectionTest,
  Guard,
  OpenSession,
  Product,
  ProductChange,
  Reference,
  Reject,
  Run,
  Schedule,
  Session,
  SetupStatus,
  StreamTicket,
  User,
  Webhook,
  WebhookLeft,
} from '@espejo/contract'
import { z } from 'zod'

/**
 * Schemas of the answers, for the OpenAPI document and for the tests, which validate every answer with
 * them. Each must match its type in `@espejo/contract`: `answer-schemas.test.ts` compares them.
 */
const time = z.iso.datetime().meta({ description: 'ISO 8601, UTC' })
const count = z.number().int().min(0)
const amount = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/)
  .meta({ description: 'Exact decimal', example: '1234.5' })
const cianboxId = z.string().regex(/^\d+$/)

export const waitingSchema = z
  .object({
    reason: z.enum([
      'retry_after',
      'backoff',
      'rate_limit',
      'circuit_open',
      'daily_budget',
      'sweep_confirmation',
      'guard',
      'paused',
    ]),
    until: time.nullable(),
  })
  .meta({ id: 'Waiting' })

export const runModeSchema = z.enum(['full', 'incremental', 'ids'])
export const runPhaseSchema = z.enum(['references', 'products', 'drift', 'sweep'])
export const runErrorCodeSchema = z.enum([
  'cancelled',
  'connection_missing',
  'connection_inactive',
  'connection_changed',
  'connection_unreadable',
  'upstream_auth',
  'upstream_account',
  'upstream_forbidden',
  'upstream_unreachable',
  'upstream_timeout',
  'upstream_rate_limited',
  'upstream_server_error',
  'upstream_invalid_response',
  'upstream_too_large',
  'upstream_paging',
  'incomplete_pass',
  'guard_refused',
  'guard_expired',
  'clock_skew',
  'worker_lost',
  'no_progress',
  'internal',
])

export const runSchema = z
  .object({
    id: z.string().regex(/^[a-z0-9]{1,40}$/),
    mode: runModeSchema,
    dryRun: z.boolean(),
    status: z.enum(['queued', 'running', 'paused', 'complete', 'error', 'cancelled']),
    phase: runPhaseSchema.nullable(),
    page: count,
    totalPages: count,
    totalProcessed: count.meta({ description: 'created + updated + unchanged' }),
    created: count,
    updated: count,
    unchanged: count,
    errors: count.meta({ description: 'Rejected rows' }),
    seen: count.meta({ description: 'totalProcessed + errors' }),
    retired: count,
    percent: count.max(100),
    requests: count,
    waiting: waitingSchema.nullable(),
    ratePerSecond: z.number().nullable(),
    etaSeconds: z.number().nullable(),
    startedBy: z.string().nullable(),
    startedByName: z.string().nullable(),
    createdAt: time,
    startedAt: time.nullable(),
    endedAt: time.nullable(),
    error: z.object({ code: runErrorCodeSchema, message: z.string() }).nullable(),
  })
  .meta({ id: 'Run' }) satisfies z.ZodType<Run>

export const rejectSchema = z
  .object({
    cianboxId: z.string().nullable(),
    phase: runPhaseSchema,
    page: count,
    position: count,
    field: z.string().nullable(),
    reason: z.string(),
    payload: z.unknown().meta({ description: 'The row as received' }),
  })
  .meta({ id: 'Reject' }) satisfies z.ZodType<Reject>

export const productChangeSchema = z
  .object({
    changeId: z.string(),
    cianboxId,
    name: z
      .string()
      .nullable()
      .meta({ description: "The product's current name; null while the mirror does not have it" }),
    runId: z.string(),
    kind: z.enum(['created', 'updated', 'retired', 'restored']),
    fields: z.array(z.object({ field: z.string(), old: z.unknown(), new: z.unknown() })),
    changedAt: time,
  })
  .meta({ id: 'ProductChange' }) satisfies z.ZodType<ProductChange>

/** Fields of an amount in the price list's currency and in the local one. */
const amounts = {
  net: amount.nullable().meta({ description: "Without tax, in the price list's currency" }),
  final: amount.nullable().meta({ description: "With tax, in the price list's currency" }),
  localNet: amount.nullable().meta({ description: 'Without tax, in the local currency' }),
  localFinal: amount.nullable().meta({ description: 'With tax, in the local currency' }),
}

export const productSchema = z
  .object({
    cianboxId,
    sku: z.string().nullable(),
    barcode: z.string().nullable(),
    name: z.string(),
    description: z.string().nullable(),
    price: amount.nullable().meta({
      description: "The default list's price with tax, in the local currency, as the ERP sends it",
    }),
    onOffer: z.boolean().meta({ description: 'Whether the product is on offer now, according to the ERP' }),
    offer: z.object(amounts).nullable().meta({
      description: 'The offer on the default list. Charge `offer.localFinal` where it is there, else `price`',
    }),
    cost: amount.nullable().meta({
      description: 'Without tax; in the local currency where the ERP sends it so (`costo_neto_calculado`)',
    }),
    taxRate: amount.nullable().meta({ description: 'Percentage', example: '21' }),
    stock: amount.nullable(),
    reserved: amount.nullable(),
    categoryId: cianboxId.nullable(),
    categoryName: z.string().nullable(),
    brandId: cianboxId.nullable(),
    brandName: z.string().nullable(),
    isActive: z.boolean(),
    parentId: cianboxId.nullable(),
    isParent: z.boolean(),
    size: z.string().nullable(),
    color: z.string().nullable(),
    imageUrls: z.array(z.string()),
    prices: z.array(
      z.object({
        listId: cianboxId,
        currencyId: cianboxId.nullable().meta({ description: 'Of `net` and `final`' }),
        ...amounts,
      }),
    ),
    stockByBranch: z.array(
      z.object({
        branchId: cianboxId,
        stock: amount.nullable(),
        reserved: amount.nullable(),
        available: amount.nullable(),
      }),
    ),
    sourceUpdatedAt: time.nullable(),
    createdAt: time,
    changedAt: time,
    retiredAt: time.nullable(),
  })
  .meta({ id: 'Product' }) satisfies z.ZodType<Product>

export const userSchema = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    tenantId: z.string(),
    role: z.enum(['admin', 'operator', 'viewer']),
  })
  .meta({ id: 'User' }) satisfies z.ZodType<User>

export const sessionSchema = z
  .object({ token: z.string(), user: userSchema })
  .meta({ id: 'Session' }) satisfies z.ZodType<Session>

export const openSessionSchema = z
  .object({
    id: z.string(),
    isCurrent: z.boolean().meta({ description: 'Whether it is the session of this request' }),
    createdAt: time,
    lastSeenAt: time.meta({ description: 'To the minute' }),
    expiresAt: time,
  })
  .meta({ id: 'OpenSession' }) satisfies z.ZodType<OpenSession>

export const setupStatusSchema = z
  .object({
    needed: z.boolean().meta({ description: 'Whether there is no tenant yet' }),
    demo: z.boolean().meta({ description: 'Whether it runs with the demo shops and logins' }),
  })
  .meta({ id: 'SetupStatus' }) satisfies z.ZodType<SetupStatus>

export const connectionSchema = z
  .object({
    cuenta: z.string(),
    appName: z.string(),
    appCode: z.string(),
    user: z.string(),
    hasPassword: z.boolean(),
    pageSize: count,
    dialect: z.enum(['v2', 'simple']),
    requestsPerSecond: z.number(),
    dailyRequestBudget: count.nullable().meta({ description: 'Most requests a day; null: no limit' }),
    requestsToday: count,
    isActive: z.boolean(),
    updatedAt: time,
  })
  .meta({ id: 'Connection' }) satisfies z.ZodType<Connection>

export const connectionTestSchema = z
  .discriminatedUnion('ok', [
    z.object({
      ok: z.literal(true),
      message: z.string(),
      totalPages: count
        .nullable()
        .meta({ description: "About how many of the connection's pages there are" }),
      sample: z.array(z.string()).meta({ description: 'Names of the first products' }),
    }),
    z.object({ ok: z.literal(false), code: z.string(), message: z.string() }),
  ])
  .meta({ id: 'ConnectionTest' }) satisfies z.ZodType<ConnectionTest>

/** An item of one of the reference lists. */
export const referenceSchema = z
  .object({
    cianboxId,
    name: z.string(),
    isActive: z.boolean(),
    parentId: cianboxId.nullable().meta({ description: 'Of categories: the one above' }),
    symbol: z.string().nullable().meta({ description: 'Of currencies: how amounts in it are written' }),
    isLocal: z
      .boolean()
      .meta({ description: "Of currencies: whether the account's local amounts are in it" }),
  })
  .meta({ id: 'Reference' }) satisfies z.ZodType<Reference>

const text = z.string().nullable()
const share = z.number().min(0)

export const guardSchema = z
  .object({
    kind: z.enum(['retire', 'values', 'schema']),
    subject: z.string().meta({ description: '`products`, or the kind of a reference list' }),
    count: count.meta({ description: 'How many would be retired or changed' }),
    of: count.meta({ description: 'How many the mirror lists' }),
    earlier: count.meta({
      description: 'How many were retired recently without confirmation; they count towards the limit',
    }),
    share: share.meta({ description: '(count + earlier) / of, as a fraction', example: 0.4 }),
    limit: share.meta({ description: 'Above this fraction the run waits for a decision', example: 0.15 }),
    revision: count.meta({ description: 'Increases whenever what is to be decided changes' }),
    breakdown: z
      .array(z.object({ name: text, count }))
      .meta({ description: 'By category, the largest first; empty for what has none' }),
    items: z.array(
      z
        .object({
          cianboxId,
          name: text,
          sku: text,
          categoryName: text,
          price: text.meta({
            description:
              'Exact decimal in the local currency, as last charged: the offer where there was one',
          }),
          stock: text,
        })
        .meta({ id: 'GuardItem' }),
    ),
    nextCursor: text,
    openedAt: time,
    expiresAt: time.meta({
      description: 'When the run ends with `guard_expired`, by the clock of the database',
    }),
    decision: z
      .enum(['confirmed', 'refused', 'expired'])
      .nullable()
      .meta({ description: 'null: not decided; whether the run still waits is in its `waiting`' }),
    decidedBy: text,
    decidedByName: text,
    decidedAt: time.nullable(),
  })
  .meta({ id: 'Guard' }) satisfies z.ZodType<Guard>

export const scheduleSchema = z
  .object({
    full: z.string().nullable().meta({ description: 'Cron expression; null: never', example: '0 3 * * *' }),
    incremental: z.string().nullable(),
    sweepGuardPercent: z
      .number()
      .int()
      .meta({ description: 'Share of the mirror that a sweep may retire without confirmation' }),
    guardExpiryHours: z.number().int().meta({
      description: 'How long a run waits for a decision before it ends with `guard_expired`',
    }),
    timeZone: z.string(),
    nextFullAt: time.nullable(),
    nextIncrementalAt: time.nullable(),
  })
  .meta({ id: 'Schedule' }) satisfies z.ZodType<Schedule>

export const webhookSchema = z
  .object({
    registered: z.boolean(),
    url: z.string().nullable().meta({ description: 'A secret: whoever has it can make us call the ERP' }),
    events: z.array(z.string()),
    lastReceivedAt: time.nullable(),
    ignoredIds: z
      .number()
      .int()
      .meta({ description: 'Notified ids that no product can have, so far; nothing was requested for them' }),
  })
  .meta({ id: 'Webhook' }) satisfies z.ZodType<Webhook>

export const webhookLeftSchema = z
  .object({ code: z.string(), message: z.string() })
  .meta({ id: 'WebhookLeft' }) satisfies z.ZodType<WebhookLeft>

export const streamTicketSchema = z
  .object({ ticket: z.string(), expiresAt: time })
  .meta({ id: 'StreamTicket' }) satisfies z.ZodType<StreamTicket>

/** `application/problem+json`, RFC 9457. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string().meta({ description: 'Stable, for programs' }),
    detail: z.string().meta({ description: 'A sentence for the operator' }),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    /** With `run_active`: the active run. */
    run: runSchema.optional(),
  })
  .meta({ id: 'Problem' })

/** The OpenAPI response of every operation for all other statuses. */
export const problemResponse = {
  description: 'The request was refused, or the server failed',
  content: { 'application/problem+json': { schema: problemSchema } },
}

/** The schema of a page of a list. */
export function listOf<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() })
}
