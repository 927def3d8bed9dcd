import type { Session } from '../../accounts/session.js'
import type { StreamHub } from '../../stream/hub.js'
import { ViewerLimitError, type ViewerLimitReason, type ViewerSlot } from '../../stream/viewer-limits.js'
import { HttpProblem, notFound } from '../problem.js'
import type { StartedDecision } from './decide.js'
import { openEventStream } from './open-event-stream.js'
import type { StreamCall } from './stream-call.js'

/**
 * Serves one stream. The slot is acquired before anything is read or started, so that a request that is
 * over the limit (503) has started no run.
 */
export async function serveStream(
  hub: StreamHub,
  call: StreamCall,
  session: Session,
  decide: () => Promise<StartedDecision>,
): Promise<void> {
  const { req, res, headers, query } = call
  const changes = readFlag('changes', query.changes)
  const slot = acquireSlot(hub, session.tenantId)
  let isWatching = false
  let decision: StartedDecision | undefined
  try {
    decision = await decide()
    if (decision.do === 'not-found') throw notFound()
    if (decision.do === 'forbid') throw forbidden()
    if (decision.do === 'finish') {
      res.writeHead(204, { ...headers, 'Cache-Control': 'no-store' }).end()
      return
    }
    // The client has disconnected: no `close` event will follow, which would release the slot.
    if (res.destroyed || res.closed) return
    openEventStream(call)
    if (req.method === 'HEAD') return
    hub.watch({ slot, session, changes, out: res, ...decision })
    isWatching = true
  } finally {
    if (!isWatching) {
      slot.release()
      if (decision?.do === 'watch' && decision.stream) {
        hub.startGuard.closed(session, decision.runId, false, decision.stream)
      }
    }
  }
}

/** Reads a query parameter that is `0` or `1`. @throws HttpProblem 400 for any other value */
function readFlag(name: string, value: unknown): boolean {
  if (value === undefined || value === '0') return false
  if (value === '1') return true
  throw new HttpProblem(400, 'invalid_query', `\`${name}\` es 1 o 0.`)
}

function acquireSlot(hub: StreamHub, tenantId: string): ViewerSlot {
  try {
    return hub.acquire(tenantId)
  } catch (error) {
    if (!(error instanceof ViewerLimitError)) throw error
    const { code, detail, retryAfter } = LIMIT_PROBLEMS[error.reason]
    throw new HttpProblem(503, code, detail, { headers: { 'Retry-After': String(retryAfter) } })
  }
}

/** `retryAfter`: seconds. */
const LIMIT_PROBLEMS: Readonly<
  Record<ViewerLimitReason, { code: string; detail: string; retryAfter: number }>
> = {
  tenant_full: {
    code: 'viewers_tenant_full',
    detail: 'Tu cuenta tiene demasiadas pantallas mirando a la vez. Cerrá alguna y probá de nuevo.',
    retryAfter: 30,
  },
  process_full: {
    code: 'viewers_full',
    detail: 'Hay demasiadas pantallas mirando a la vez. Probá de nuevo en unos segundos.',
    retryAfter: 10,
  },
  draining: {
    code: 'draining',
    detail: 'El servidor se está reiniciando. Probá de nuevo en unos segundos.',
    retryAfter: 2,
  },
}

function forbidden(): HttpProblem {
  return new HttpProblem(
    403,
    'forbidden',
    'Tu usuario puede mirar sincronizaciones pero no iniciarlas, y ahora no hay ninguna en curso.',
  )
}
