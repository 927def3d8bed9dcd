import { ticketBody } from '@espejo/contract/schemas'
import express, { type Request, type Router } from 'express'
import { can } from '../accounts/capabilities.js'
import { type Pool, withTenant } from '../db/pool.js'
import { HttpProblem, invalid, notFound } from '../http/problem.js'
import { sameOriginOnly } from '../http/same-origin.js'
import type { RunControl } from '../runs/run-control.js'
import { activeRun, findRun, listRuns } from '../runs/run-store.js'
import { authenticateStream, requireSession, type StreamAuthentication } from './authenticate-stream.js'
import {
  type Cursor,
  decideStart,
  decideWatch,
  readCursor,
  type StartedDecision,
  standing,
} from './decide.js'
import type { StreamHub } from './hub.js'
import { openEventStream } from './open-event-stream.js'
import { readSnapshot, writeRunLog } from './run-log.js'
import { serveStream } from './serve-stream.js'
import type { StreamSession } from './stream-session.js'

export interface StreamRouterDeps extends StreamAuthentication {
  hub: StreamHub
  runControl: Pick<RunControl, 'start'>
  pool: Pool
}

/**
 * The stream's routes, for mounting under `/api`. `docs/events.md` is their contract. Errors are
 * passed on as `HttpProblem`.
 */
export function createStreamRouter(deps: StreamRouterDeps): Router {
  const { hub, pool, tickets } = deps
  const router = express.Router()

  router.get('/cianbox/sync/products/stream', async (req, res) => {
    if (!req.accepts(EVENT_STREAM)) throw notAcceptable()
    const session = await authenticateStream(req, null, deps)
    // HEAD asks what a GET would be like, and starts nothing.
    if (req.method === 'HEAD') openEventStream(req, res)
    else await serveStream(hub, req, res, session, () => startOrFollow(deps, cursorOf(req), session))
  })

  router.get('/cianbox/sync/runs/:id/events', async (req, res) => {
    const format = req.accepts([EVENT_STREAM, NDJSON, 'application/json'])
    if (!format) throw notAcceptable()
    const runId = req.params.id
    const session = await authenticateStream(req, runId, deps)
    const { tenantId } = session
    if (!RUN_ID.test(runId)) throw notFound()
    res.vary('Accept')
    if (format === EVENT_STREAM) {
      const decide = () => follow(hub, tenantId, runId, cursorOf(req))
      await serveStream(hub, req, res, session, decide)
    } else if (format === NDJSON) {
      const after = readAfter(req.query.after)
      if (!(await hasRun(pool, tenantId, runId))) throw notFound()
      await writeRunLog(res, pool, { tenantId, runId }, after)
    } else {
      const snapshot = await readSnapshot(pool, { tenantId, runId })
      if (!snapshot) throw notFound()
      res.set('Cache-Control', 'no-store').json(snapshot)
    }
  })

  router.post('/stream-tickets', sameOriginOnly, express.json({ limit: '1kb' }), async (req, res) => {
    // By header or cookie alone: a ticket must not buy the next one.
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

const EVENT_STREAM = 'text/event-stream'
const NDJSON = 'application/x-ndjson'
/** What a run's id looks like. Nothing else is asked of the database. */
const RUN_ID = /^[a-z0-9]{1,40}$/

/** {@link decideStart} with the facts that it needs, and no others, looked up; then the start itself. */
async function startOrFollow(
  { hub, pool, runControl }: StreamRouterDeps,
  cursor: Cursor,
  { tenantId, userId, role }: StreamSession,
): Promise<StartedDecision> {
  const mayStart = can(role, 'operate')
  const named = cursor.kind === 'at' ? await hub.locate(tenantId, cursor.runId, cursor.seq) : null
  const isPresentAsked =
    cursor.kind === 'none'
      ? !mayStart
      : cursor.kind === 'garbage' || standing(cursor.seq, named) === 'unknown'
  const present = isPresentAsked ? await presentRuns(pool, tenantId) : { active: null, newest: null }
  const decision = decideStart({ cursor, named, mayStart, ...present })
  if (decision.do !== 'start') return decision
  const { run } = await runControl.start(tenantId, {
    mode: 'full',
    dryRun: false,
    ids: null,
    startedBy: userId,
  })
  return { do: 'watch', runId: run.id, afterSeq: 0, reset: false }
}

async function follow(
  hub: StreamHub,
  tenantId: string,
  runId: string,
  cursor: Cursor,
): Promise<StartedDecision> {
  const atLeast = cursor.kind === 'at' && cursor.runId === runId ? cursor.seq : 0
  return decideWatch({ runId, cursor, run: await hub.locate(tenantId, runId, atLeast) })
}

function presentRuns(pool: Pool, tenantId: string) {
  return withTenant(pool, tenantId, async (tx) => {
    const active = await activeRun(tx, tenantId)
    const newest = active ?? (await listRuns(tx, tenantId, 1, null))[0]
    return { active: active?.id ?? null, newest: newest?.id ?? null }
  })
}

async function hasRun(pool: Pool, tenantId: string, runId: string): Promise<boolean> {
  if (!RUN_ID.test(runId)) return false
  return (await withTenant(pool, tenantId, (tx) => findRun(tx, tenantId, runId))) !== null
}

function cursorOf(req: Request): Cursor {
  return readCursor(req.headers['last-event-id'], req.query.lastEventId)
}

/** `?after=`, a position in the log. */
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
