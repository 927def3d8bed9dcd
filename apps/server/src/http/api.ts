import express, { type Router } from 'express'
import type { Authenticate } from '../accounts/authenticate.js'
import type { Session } from '../accounts/session.js'
import type { SessionStore } from '../accounts/session-store.js'
import type { Setup } from '../accounts/setup.js'
import { createConnectionStore } from '../connections/connection-store.js'
import type { ConnectionTester } from '../connections/connection-tester.js'
import type { Sealer } from '../connections/secrets.js'
import { type DatabaseClock, readDatabaseClock } from '../db/database-clock.js'
import type { Pool } from '../db/pool.js'
import type { RunControl } from '../runs/run-control.js'
import type { Registrations } from '../webhooks/registration.js'
import { createWebhookStore } from '../webhooks/webhook-store.js'
import { authRoutes } from './auth-routes.js'
import { connectionRoutes } from './connection-routes.js'
import { guardRoutes } from './guard-routes.js'
import { describeApi } from './openapi.js'
import { problemHandler, type UnexpectedErrorLog, unknownRoute } from './problem.js'
import { productRoutes } from './product-routes.js'
import { referenceRoutes } from './reference-routes.js'
import { ok, type Route, route, serveRoutes } from './route.js'
import { runOutcomeRoutes } from './run-outcome-routes.js'
import { runRoutes } from './run-routes.js'
import { scheduleRoutes } from './schedule-routes.js'
import { setupRoutes } from './setup-routes.js'
import { webhookRoutes } from './webhook-routes.js'

export interface ApiDeps {
  pool: Pool
  runControl: RunControl
  sealer: Sealer
  connectionTester: ConnectionTester
  /** Finds the session of a request. A host application passes its own; the default is `createAuthenticate`. */
  authenticate: Authenticate
  /** Starts and ends sessions under `/auth`. Left out: no such routes, because the host application signs users in. */
  sessions?: SessionStore
  /** The first set-up under `/setup`. Left out, like `sessions`, by a host application. */
  setup?: Setup
  /** Whether the demo's shops and logins are in use. @defaultValue false */
  demo?: boolean
  /** Called when sessions have ended, so that their open streams can end at once. */
  onSessionsEnded?: (hasEnded: (session: Session) => boolean) => void
  /** The routes of the streams. They authenticate and parse by themselves; their errors are answered here. */
  streamRouter?: Router
  /** Registers and removes the webhook at the ERP. */
  registrations: Registrations
  onUnexpectedError: UnexpectedErrorLog
  /** The clock of the process, for sessions. */
  now: () => Date
  /** The clock for times that are compared with stored ones. @defaultValue that of PostgreSQL */
  clock?: DatabaseClock
}

/**
 * Creates the router of the HTTP API, to be mounted at `/api` of any Express 5 application. It parses
 * bodies and answers errors itself, so the application needs no middleware for it.
 */
export function createApi(deps: ApiDeps): Router {
  const routes = apiRoutes(deps)
  const router = express.Router()
  if (deps.streamRouter) router.use(deps.streamRouter)
  router.use(express.json({ limit: '1mb' }))
  router.use(serveRoutes(routes, deps.authenticate))
  router.use(unknownRoute)
  router.use(problemHandler({ onUnexpected: deps.onUnexpectedError }))
  return router
}

/** All routes of the API except those of the streams; the last one serves the OpenAPI document. */
export function apiRoutes(deps: ApiDeps): Route[] {
  const { pool, runControl, sessions, authenticate, onSessionsEnded, now, connectionTester, registrations } =
    deps
  const { clock = readDatabaseClock, setup, demo = false } = deps
  const connections = createConnectionStore(deps)
  const routes: Route[] = [
    ...(sessions ? authRoutes({ pool, sessions, authenticate, onSessionsEnded, now }) : []),
    ...(sessions && setup ? setupRoutes({ setup, sessions, demo, now }) : []),
    ...connectionRoutes({ connections, testConnection: connectionTester, registrations }),
    ...runRoutes({ pool, runControl }),
    ...guardRoutes({ pool, runControl }),
    ...runOutcomeRoutes({ pool, runControl }),
    ...productRoutes({ pool }),
    ...referenceRoutes({ pool }),
    ...webhookRoutes({ pool, webhooks: createWebhookStore(deps), registrations, clock }),
    ...scheduleRoutes({ pool, clock }),
  ]
  let document: object | undefined
  routes.push(
    route({
      method: 'get',
      path: '/openapi.json',
      summary: 'This document',
      tag: 'meta',
      access: 'public',
      answers: { 200: { description: 'OpenAPI 3.1' } },
      async handle() {
        document ??= describeApi(routes, { streams: deps.streamRouter !== undefined })
        return ok(document)
      },
    }),
  )
  return routes
}
