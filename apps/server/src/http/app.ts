import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import express from 'express'
import helmet from 'helmet'
import type { Logger } from 'pino'
import type { Pool } from '../db/pool.js'
import { type ApiDeps, createApi } from './api.js'
import { createHealthRouter } from './health.js'
import { createMetrics } from './metrics.js'
import { problemHandler, type UnexpectedErrorLog, unknownRoute } from './problem.js'
import { createRequestLog } from './request-log.js'
import { createRawHttpHost, type ServeRaw } from './stream/raw-http-host.js'
import { createWebAppRouter } from './web-app.js'

export interface AppDeps extends Omit<ApiDeps, 'onUnexpectedError'> {
  pool: Pool
  log: Logger
  /** Numbers of open streams and watched runs, for the metrics. */
  streams: () => { viewers: number; runs: number }
  /** Creates the handler that is offered each request before Express; left out: Express serves all. */
  fastPath?: (serve: ServeRaw) => FastPath
  /** Whether the process is about to stop: it is not ready, and each answer closes its connection. */
  isDraining: () => boolean
  /** Folder of the built web app; if it does not exist, only the API is served. */
  webDir: string
  /**
   * Which proxies are trusted for the client's address and protocol: Express's `trust proxy` setting.
   * @defaultValue 'loopback'
   */
  trustProxy?: boolean | number | string
}

/** Serves a request and returns true, or returns false and leaves it unchanged for Express. */
export type FastPath = (req: IncomingMessage, res: ServerResponse) => boolean

/**
 * Creates the request listener of our own server: the API with security headers, request log, metrics,
 * health checks and the web app. Requests that the fast path serves do not reach Express.
 */
export function createApp(deps: AppDeps): RequestListener {
  const onUnexpectedError = logUnexpected(deps.log)
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', deps.trustProxy ?? 'loopback')
  app.use(createRequestLog(deps.log))
  app.use(helmet({ contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY } }))
  const metrics = createMetrics(deps.streams)
  app.use(metrics.measure)
  app.use(createHealthRouter(deps))
  app.use(metrics.router)
  app.use('/api', createApi({ ...deps, onUnexpectedError }))
  app.use(createWebAppRouter(deps.webDir))
  app.use(unknownRoute)
  app.use(problemHandler({ onUnexpected: onUnexpectedError }))
  const isServed = deps.fastPath?.(createRawHttpHost({ log: deps.log, metrics, onUnexpectedError }))
  return (req, res) => {
    // A proxy that reuses a connection which is closed meanwhile answers 502.
    if (deps.isDraining()) res.setHeader('Connection', 'close')
    if (!isServed?.(req, res)) app(req, res)
  }
}

/** Images from any https origin, for products; everything else from our own origin, and nothing inline. */
const CONTENT_SECURITY_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  connectSrc: ["'self'"],
  fontSrc: ["'self'"],
  imgSrc: ["'self'", 'https:', 'data:'],
  manifestSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
}

/** Logs unexpected errors without `detail`, in which PostgreSQL quotes the row with its secrets. */
export function logUnexpected(log: Logger): UnexpectedErrorLog {
  const redact = { paths: ['err.detail', 'err.cause.detail'], remove: true }
  const safeLog = log.child({}, { redact })
  return (error, request) => safeLog.error({ err: error, ...request }, 'a request failed unexpectedly')
}
