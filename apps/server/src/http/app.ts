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
  /** What is open on the stream hub, for the metrics. */
  streams: () => { viewers: number; runs: number }
  /** Looks at each request before Express does. */
  fastPath?: (serve: ServeRaw) => FastPath
  /** Folder of the built web app; where there is none, only the API is served. */
  webDir: string
  /**
   * Which proxies' word on a client's address and protocol counts, as Express takes it.
   * @defaultValue 'loopback'
   */
  trustProxy?: boolean | number | string
}

/** Takes a request on, or leaves it, untouched, to Express: false. */
export type FastPath = (req: IncomingMessage, res: ServerResponse) => boolean

/**
 * The thinnest host of the API: security headers, a log of requests, health, and the web app; and
 * what is served ahead of all that, with as much of it as it needs.
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
    if (!isServed?.(req, res)) app(req, res)
  }
}

/** Product images come from anywhere; everything else from here alone, and nothing inline. */
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

/** A database error's `detail` quotes the row, secrets included. */
export function logUnexpected(log: Logger): UnexpectedErrorLog {
  const redact = { paths: ['err.detail', 'err.cause.detail'], remove: true }
  const safeLog = log.child({}, { redact })
  return (error, request) => safeLog.error({ err: error, ...request }, 'a request failed unexpectedly')
}
