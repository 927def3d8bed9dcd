import { createHash } from 'node:crypto'
import { CianboxError } from '@espejo/cianbox'
import { can, type Webhook } from '@espejo/contract'
import express, { type Request, type RequestHandler } from 'express'
import { ipKeyGenerator, type Options, rateLimit } from 'express-rate-limit'
import { z } from 'zod'
import { BudgetSpentError } from '../connections/budget-spent.js'
import { RUN_CODE_OF_KIND } from '../connections/run-error-codes.js'
import type { DatabaseClock } from '../db/database-clock.js'
import type { Pool } from '../db/pool.js'
import { readNotification } from '../webhooks/notification-body.js'
import { receiveNotification } from '../webhooks/receive.js'
import { RegistrationError, type Registrations } from '../webhooks/registration.js'
import type { Webhook as StoredWebhook, WebhookStore } from '../webhooks/webhook-store.js'
import { problemSchema, webhookSchema } from './answer-schemas.js'
import { HttpProblem, notFound } from './problem.js'
import { ok, type Route, route } from './route.js'

const PATH = '/cianbox/connection/webhook'
const tag = 'webhook'

/** Registering and removing the webhook at the ERP, and receiving its notifications. */
export function webhookRoutes(deps: {
  pool: Pool
  webhooks: WebhookStore
  registrations: Registrations
  clock: DatabaseClock
}): Route[] {
  const { pool, webhooks, registrations, clock } = deps
  return [
    route({
      method: 'post',
      path: '/webhooks/cianbox/:secret',
      summary: "Receives the ERP's notifications. No session: the URL is the secret",
      tag,
      access: 'public',
      before: readDelivery(),
      params: z.object({ secret: z.string().max(200) }),
      body: z.unknown().meta({ description: '`{event, created, id: ["10564", …], endpoint}`' }),
      bodyOptional: true,
      answers: {
        200: { description: 'Received, whatever the event' },
        400: { description: 'Not a notification', schema: problemSchema },
        404: { description: 'No such webhook', schema: problemSchema },
      },
      async handle({ params, body }) {
        const webhook = await webhooks.find(params.secret)
        if (!webhook) throw notFound('Esta dirección no existe.')
        const notification = readNotification(body)
        if (!notification) throw notANotification()
        await receiveNotification(pool, webhook, notification, clock)
        return { status: 200 }
      },
    }),
    route({
      method: 'get',
      path: PATH,
      summary: 'Whether the ERP notifies us; the URL only for users who may change it',
      tag,
      access: 'read',
      answers: { 200: { description: 'The webhook', schema: webhookSchema } },
      async handle({ session }) {
        const webhook = toWebhook(await registrations.find(session.tenantId))
        return ok(can(session.role, 'configure') ? webhook : { ...webhook, url: null })
      },
    }),
    route({
      method: 'put',
      path: PATH,
      summary: 'Register the webhook at the ERP, or again after the public URL has changed',
      tag,
      access: 'configure',
      body: z
        .object({ replace: z.boolean().default(false) })
        .meta({ id: 'WebhookBody', description: '`replace`: also if the ERP notifies another URL now' }),
      bodyOptional: true,
      answers: {
        200: { description: 'Registered', schema: webhookSchema },
        409: { description: 'The ERP notifies another URL of these events', schema: problemSchema },
        422: { description: 'There is no public URL, or no connection', schema: problemSchema },
      },
      async handle({ session, body }) {
        const webhook = await registrations.register(session.tenantId, body).catch(rethrow)
        return ok(toWebhook(webhook))
      },
    }),
    route({
      method: 'delete',
      path: PATH,
      summary: 'Remove the webhook from the ERP and reject further deliveries',
      tag,
      access: 'configure',
      answers: { 204: { description: 'The ERP does not notify us' } },
      async handle({ session }) {
        await registrations.remove(session.tenantId).catch(rethrow)
        return { status: 204 }
      },
    }),
  ]
}

function toWebhook(webhook: StoredWebhook | null): Webhook {
  return {
    registered: webhook !== null,
    url: webhook?.registeredUrl ?? null,
    events: webhook?.events ?? [],
    lastReceivedAt: webhook?.lastReceivedAt?.toISOString() ?? null,
    ignoredIds: webhook?.ignoredIds ?? 0,
  }
}

/** Bytes. The ERP documents at most 200 ids, a small part of this. */
const BODY_LIMIT = 256 * 1024
/** A price rise of 50,000 products is 250 deliveries at once; the limit must not reject any of them. */
const DELIVERIES_A_MINUTE = 3000

/** Rate limits, and the JSON body whatever its declared type, because the ERP's `Content-Type` is unknown. */
function readDelivery(): RequestHandler {
  const guards = express.Router()
  guards.use(
    // Deliveries of all tenants may come from one IP address, so only refused ones count.
    limit((req) => ipKeyGenerator(req.ip ?? ''), { skipSuccessfulRequests: true }),
    limit((req) => createHash('sha256').update(req.path).digest('base64')),
    (req, _res, next) => {
      const isTooLong = Number(req.headers['content-length'] ?? 0) > BODY_LIMIT
      next(
        isTooLong
          ? new HttpProblem(413, 'body_too_large', 'El cuerpo del pedido es demasiado grande.')
          : undefined,
      )
    },
    express.json({ limit: BODY_LIMIT, type: () => true }),
  )
  return guards
}

function limit(keyGenerator: (req: Request) => string, options: Partial<Options> = {}): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: DELIVERIES_A_MINUTE,
    keyGenerator,
    legacyHeaders: false,
    standardHeaders: false,
    handler: (_req, _res, next) =>
      next(
        new HttpProblem(429, 'too_many_deliveries', 'Demasiados avisos.', {
          headers: { 'Retry-After': '60' },
        }),
      ),
    ...options,
  })
}

function notANotification(): HttpProblem {
  return new HttpProblem(400, 'invalid_notification', 'El cuerpo no es un aviso de Cianbox.')
}

/** Rethrows an error of registering or removing as the problem that it is answered with. */
function rethrow(error: unknown): never {
  if (error instanceof RegistrationError) throw new HttpProblem(...PROBLEMS[error.reason])
  if (error instanceof BudgetSpentError) throw new HttpProblem(429, 'daily_budget', error.operatorMessage)
  if (error instanceof CianboxError) {
    throw new HttpProblem(502, RUN_CODE_OF_KIND[error.kind], error.operatorMessage, { title: 'Bad Gateway' })
  }
  throw error
}

const PROBLEMS: Readonly<Record<RegistrationError['reason'], readonly [number, string, string]>> = {
  no_public_url: [
    422,
    'public_url_missing',
    'Este servidor no sabe su dirección pública, así que Cianbox no podría avisarle. Quien lo administra tiene que definir ESPEJO_PUBLIC_URL.',
  ],
  no_connection: [422, 'connection_missing', 'Todavía no hay una conexión con Cianbox. Cargala en Conexión.'],
  taken: [
    409,
    'webhook_taken',
    'Cianbox ya le avisa a otro sistema de estos cambios, y solo puede avisarle a uno. Si seguís, ese sistema deja de recibir los avisos.',
  ],
}
