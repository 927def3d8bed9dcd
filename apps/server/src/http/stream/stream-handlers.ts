import type { IncomingMessage } from 'node:http'
import { can } from '@espejo/contract'
import type { Session } from '../../accounts/session.js'
import { type Pool, withTenant } from '../../db/pool.js'
import { isDatabaseUnreachable } from '../../db/unreachable.js'
import type { RunControl } from '../../runs/run-control.js'
import { activeRun, listRuns } from '../../runs/run-store.js'
import type { StreamHub } from '../../stream/hub.js'
import { HttpProblem, notFound } from '../problem.js'
import { authenticateStream, type StreamAuthentication } from './authenticate-stream.js'
import {
  type Cursor,
  checkCursor,
  decideStart,
  decideWatch,
  readCursor,
  type StartedDecision,
} from './decide.js'
import { openEventStream } from './open-event-stream.js'
import { serveStream } from './serve-stream.js'
import type { StreamCall } from './stream-call.js'

export interface StreamDeps<Req extends IncomingMessage> extends StreamAuthentication<Req> {
  hub: StreamHub
  runControl: Pick<RunControl, 'start'>
  pool: Pool
}

/** The handlers of the two streams, independent of Express. They throw `HttpProblem`s. */
export interface StreamHandlers<Req extends IncomingMessage> {
  /** Handles {@link START_ROUTE}. */
  start(call: StreamCall<Req>): Promise<void>
  /** Handles {@link EVENTS_ROUTE}. `runId` is not validated yet. */
  watch(call: StreamCall<Req>, runId: string): Promise<void>
}

export const START_ROUTE = '/cianbox/sync/products/stream'
export const EVENTS_ROUTE = '/cianbox/sync/runs/:id/events'
export const EVENT_STREAM = 'text/event-stream'

export function createStreamHandlers<Req extends IncomingMessage>(
  deps: StreamDeps<Req>,
): StreamHandlers<Req> {
  const { hub } = deps
  /** Opens a stream once it is admitted, unless the client has disconnected by then. */
  const whenAdmitted = ({ res }: StreamCall, open: () => Promise<void>) =>
    hub.admit(async () => {
      if (!res.destroyed) await open()
    })
  /**
   * An `EventSource` gives up at any status but 200. So one that reconnects is sent `drain` while the process cannot
   * serve it. Without a cursor, the starting route answers the problem: a repeated request might start another run.
   */
  const orTurnAway = async (call: StreamCall, open: () => Promise<void>) => {
    try {
      await open()
    } catch (error) {
      const { req, res } = call
      const isRepeated = cursorOf(call).kind === 'at' && req.method === 'GET'
      if (!isRepeated || !isTransient(error) || res.headersSent || res.destroyed) throw error
      openEventStream(call)
      hub.turnAway(res)
    }
  }
  return {
    start: (call) =>
      whenAdmitted(call, () =>
        orTurnAway(call, async () => {
          const session = await authenticateStream(call, null, deps)
          // HEAD returns the headers of a GET, and starts no run.
          if (call.req.method === 'HEAD') openEventStream(call)
          else await serveStream(hub, call, session, () => startOrFollow(deps, cursorOf(call), session))
        }),
      ),
    watch: (call, runId) =>
      whenAdmitted(call, () =>
        orTurnAway(call, async () => {
          const session = await authenticateStream(call, runId, deps)
          if (!isRunId(runId)) throw notFound()
          await serveStream(hub, call, session, () => follow(hub, session.tenantId, runId, cursorOf(call)))
        }),
      ),
  }
}

/** Whether another process, or this one a little later, may serve the same request. */
function isTransient(error: unknown): boolean {
  return error instanceof HttpProblem ? error.code === 'draining' : isDatabaseUnreachable(error)
}

/** Whether a text can be a run's id; other texts are not looked up. */
export function isRunId(text: string): boolean {
  return /^[a-z0-9]{1,40}$/.test(text)
}

/** Reads only what {@link decideStart} needs for this cursor, decides, and starts the run if so decided. */
async function startOrFollow(
  { hub, pool, runControl }: Pick<StreamDeps<never>, 'hub' | 'pool' | 'runControl'>,
  cursor: Cursor,
  session: Session,
): Promise<StartedDecision> {
  const { tenantId, userId, role } = session
  const mayStart = can(role, 'operate')
  const named = cursor.kind === 'at' ? await hub.locate(tenantId, cursor.runId, cursor.seq) : null
  const isWithoutCursor = cursor.kind === 'none' && mayStart
  const instead = isWithoutCursor ? await runInstead(hub, session) : null
  const needsCurrentRuns =
    cursor.kind === 'none'
      ? !mayStart || instead !== null
      : cursor.kind === 'garbage' || checkCursor(cursor.seq, named) === 'unknown'
  const current = needsCurrentRuns ? await currentRuns(pool, tenantId) : { active: null, newest: null }
  const decision = decideStart({ cursor, named, mayStart, instead, ...current })
  if (decision.do !== 'start') {
    if (!isWithoutCursor || decision.do !== 'watch') return decision
    return { ...decision, stream: hub.startGuard.opened(session, decision.runId, false) }
  }
  const { run, started } = await runControl.start(tenantId, {
    mode: 'full',
    dryRun: false,
    ids: null,
    startedBy: userId,
  })
  const stream = hub.startGuard.opened(session, run.id, started)
  return { do: 'watch', runId: run.id, afterSeq: 0, reset: false, stream }
}

/** The user's last run, when the start guard forbids a start; null: a start is allowed. */
async function runInstead(hub: StreamHub, session: Session): Promise<string | null> {
  const runId = hub.startGuard.runInstead(session)
  if (runId === null) return null
  return (await hub.locate(session.tenantId, runId, 0)) && runId
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

function currentRuns(pool: Pool, tenantId: string) {
  return withTenant(pool, tenantId, async (tx) => {
    const active = await activeRun(tx, tenantId)
    const newest = active ?? (await listRuns(tx, tenantId, 1, null))[0]
    return { active: active?.id ?? null, newest: newest?.id ?? null }
  })
}

function cursorOf({ req, query }: StreamCall): Cursor {
  return readCursor(req.headers['last-event-id'], query.lastEventId)
}
