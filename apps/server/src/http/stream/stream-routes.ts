import { ticketBody } from '@espejo/contract/schemas'
import express, { type Request, type Response, type Router } from 'express'
import { type Pool, withTenant } from '../../db/pool.js'
import { findRun } from '../../runs/run-store.js'
import { HttpProblem, invalid, notFound } from '../problem.js'
import { sameOriginOnly } from '../same-origin.js'
import { authenticateStream, requireSession } from './authenticate-stream.js'
import { releaseExpressRequest } from './release-request.js'
import { readSnapshot, writeRunLog } from './run-log.js'
import type { StreamCall } from './stream-call.js'
import {
  createStreamHandlers,
  EVENT_STREAM,
  EVENTS_ROUTE,
  isRunId,
  START_ROUTE,
  type StreamDeps,
} from './stream-handlers.js'

/**
 * Creates the router of the streams and of stream tickets, to be mounted under `/api` of any Express 5
 * application. `docs/events.md` is its contract. Errors are passed to `next` as `HttpProblem`.
 */
export function createStreamRouter(deps: StreamDeps<Request>): Router {
  const { pool, tickets } = deps
  const { start, watch } = createStreamHandlers(deps)
  const router = express.Router()

  router.get(START_ROUTE, async (req, res) => {
    if (!req.accepts(EVENT_STREAM)) throw notAcceptable()
    await start(callOf(req, res))
    releaseExpressRequest(req, res)
  })

  router.get(EVENTS_ROUTE, async (req, res) => {
    const format = req.accepts([EVENT_STREAM, NDJSON, 'application/json'])
    if (!format) throw notAcceptable()
    const runId = req.params.id
    res.vary('Accept')
    if (format === EVENT_STREAM) {
      await watch(callOf(req, res), runId)
      releaseExpressRequest(req, res)
      return
    }
    const { tenantId } = await authenticateStream(callOf(req, res), runId, deps)
    if (format === NDJSON) {
      const after = readAfter(req.query.after)
      if (!(await hasRun(pool, tenantId, runId))) throw notFound()
      await writeRunLog(res, pool, { tenantId, runId }, after)
    } else {
      const snapshot = isRunId(runId) ? await readSnapshot(pool, { tenantId, runId }) : null
      if (!snapshot) throw notFound()
      res.set('Cache-Control', 'no-store').json(snapshot)
    }
  })

  router.post('/stream-tickets', sameOriginOnly, express.json({ limit: '1kb' }), async (req, res) => {
    // By header or cookie only: a ticket must not authorize another one.
    const session = requireSession(await deps.authenticate(req))
    const body = ticketBody.safeParse(req.body ?? {})
    if (!body.success) throw invalid(422, body.error)
    const runId = body.data.runId ?? null
    if (runId !== null && !(await hasRun(pool, session.tenantId, runId))) throw notFound()
    const { ticket, expiresAt } = await tickets.mint(session, runId)
    res.set('Cache-Control', 'no-store').json({ ticket, expiresAt: expiresAt.toISOString() })
  })

  return router
}

const NDJSON = 'application/x-ndjson'

function callOf(req: Request, res: Response): StreamCall<Request> {
  return { req, res, query: req.query, hostname: req.hostname, headers: {} }
}

async function hasRun(pool: Pool, tenantId: string, runId: string): Promise<boolean> {
  if (!isRunId(runId)) return false
  return (await withTenant(pool, tenantId, (tx) => findRun(tx, tenantId, runId))) !== null
}

/** Reads `?after=`, a position in the log; 0 without it. */
function readAfter(after: unknown): number {
  if (after === undefined) return 0
  if (typeof after === 'string' && /^\d{1,15}$/.test(after)) return Number(after)
  throw new HttpProblem(400, 'invalid_query', '`after` es una posición del registro: un número entero.')
}

function notAcceptable(): HttpProblem {
  return new HttpProblem(
    406,
    'not_acceptable',
    `Esta dirección responde ${EVENT_STREAM}, ${NDJSON} o application/json, según la ruta.`,
  )
}
