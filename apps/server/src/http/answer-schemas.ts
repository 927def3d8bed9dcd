import type {
  Connection,
  ConnectionTest,
  Product,
  ProductChange,
  Reject,
  Run,
  Session,
  StreamTicket,
  User,
  WebhookLeft,
} from '@espejo/contract'
import { z } from 'zod'

/**
 * What the routes answer, for the OpenAPI document and for the tests, which hold every answer
 * against it. Each is tied to the contract's type, which is the truth.
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
    payload: z.unknown().meta({ description: 'The row as it came' }),
  })
  .meta({ id: 'Reject' }) satisfies z.ZodType<Reject>

export const productChangeSchema = z
  .object({
    changeId: z.string(),
    cianboxId,
    name: z
      .string()
      .nullable()
      .meta({ description: "The product's present name; null while the mirror does not have it" }),
    runId: z.string(),
    kind: z.enum(['created', 'updated', 'retired', 'restored']),
    fields: z.array(z.object({ field: z.string(), old: z.unknown(), new: z.unknown() })),
    changedAt: time,
  })
  .meta({ id: 'ProductChange' }) satisfies z.ZodType<ProductChange>

/** An amount in the price list's currency and in the local one. */
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
    onOffer: z.boolean().meta({ description: 'Whether the ERP says that the product is on offer now' }),
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

export const webhookLeftSchema = z
  .object({ code: z.string(), message: z.string() })
  .meta({ id: 'WebhookLeft' }) satisfies z.ZodType<WebhookLeft>

export const streamTicketSchema = z
  .object({ ticket: z.string(), expiresAt: time })
  .meta({ id: 'StreamTicket' }) satisfies z.ZodType<StreamTicket>

/** RFC 9457. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string().meta({ description: 'Stable: programs may switch on it' }),
    detail: z.string().meta({ description: 'A sentence for the operator' }),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    /** With `run_active`: the run under way. */
    run: runSchema.optional(),
  })
  .meta({ id: 'Problem' })

/** A page of a list. */
export function listOf<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() })
}
