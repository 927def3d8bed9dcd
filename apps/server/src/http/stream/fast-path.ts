import type { IncomingMessage } from 'node:http'
import { parse } from 'node:querystring'
import type { FastPath } from '../app.js'
import type { ServeRaw } from './raw-http-host.js'
import { releaseRawRequest } from './release-request.js'
import {
  createStreamHandlers,
  EVENT_STREAM,
  EVENTS_ROUTE,
  START_ROUTE,
  type StreamDeps,
} from './stream-handlers.js'

/**
 * Serves the two streams ahead of Express (see `docs/adr/0009-streams-ahead-of-express.md`), with the
 * very handlers that the router has. Only a request that leaves nothing to interpret is taken: a GET of
 * the address as it is documented, for a stream and nothing else. All others go on to the router,
 * which answers the same, at a higher price.
 *
 * @param base where the API is mounted, `/api`
 */
export function createFastPath(base: string, deps: StreamDeps<IncomingMessage>, serve: ServeRaw): FastPath {
  const { start, watch } = createStreamHandlers(deps)
  const startPath = base + START_ROUTE
  const [beforeId = '', afterId = ''] = (base + EVENTS_ROUTE).split(':id')

  /** The run that is to be watched, null on the starting route, undefined anywhere else. */
  function runOf(path: string): string | null | undefined {
    if (path === startPath) return null
    if (!path.startsWith(beforeId) || !path.endsWith(afterId)) return undefined
    const runId = path.slice(beforeId.length, -afterId.length)
    return /^[a-z0-9]+$/.test(runId) ? runId : undefined
  }

  return (req, res) => {
    const { url = '' } = req
    const mark = url.indexOf('?')
    const runId = runOf(mark < 0 ? url : url.slice(0, mark))
    if (runId === undefined || !isPlain(req)) return false
    const query = mark < 0 ? NOTHING : parse(url.slice(mark + 1))
    const route = base + (runId === null ? START_ROUTE : EVENTS_ROUTE)
    serve(req, res, route, async (headers) => {
      if (runId !== null) headers.Vary = 'Accept'
      const call = { req, res, query, hostname: hostnameOf(req), headers }
      await (runId === null ? start(call) : watch(call, runId))
      releaseRawRequest(req, res)
    })
    return true
  }
}

const NOTHING = {}

/** Whether method, `Accept` and host mean one thing only, without quality values or trust in proxies. */
function isPlain({ method, headers }: IncomingMessage): boolean {
  const { accept = EVENT_STREAM, host, 'x-forwarded-host': forwardedHost = host } = headers
  return method === 'GET' && (accept === EVENT_STREAM || accept === '*/*') && forwardedHost === host
}

/** The `Host` without its port, which follows the brackets of an IPv6 address. */
function hostnameOf({ headers: { host = '' } }: IncomingMessage): string {
  return host.replace(/:\d*$/, '')
}
