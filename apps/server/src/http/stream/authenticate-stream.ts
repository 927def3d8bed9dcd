import type { IncomingMessage } from 'node:http'
import type { Session } from '../../accounts/session.js'
import { HttpProblem } from '../problem.js'
import { isCrossSite } from '../same-origin.js'
import type { StreamCall } from './stream-call.js'
import type { Tickets } from './tickets.js'

/** `Req` is what the host's own authentication takes: for one that looks at headers alone, any request. */
export interface StreamAuthentication<Req extends IncomingMessage> {
  /** By the `Authorization` header or the session cookie. */
  authenticate(req: Req): Promise<Session | null>
  /** The brief's `?token=`: the same token that `Authorization: Bearer` carries. */
  verifyToken(token: string): Promise<Session | null>
  tickets: Tickets
}

/**
 * The session of a request to a stream route. What a request says outright decides (the header, then
 * `?ticket=`, then `?token=`); the cookie, which a browser adds by itself, speaks only when it says
 * nothing, and not for another site's page.
 *
 * @param runId the run to be watched, null on the starting route
 * @throws HttpProblem 401, or 403 for another site's page
 */
export async function authenticateStream<Req extends IncomingMessage>(
  { req, query, hostname }: Pick<StreamCall<Req>, 'req' | 'query' | 'hostname'>,
  runId: string | null,
  by: StreamAuthentication<Req>,
): Promise<Session> {
  const { ticket, token } = query
  if (req.headers.authorization !== undefined) return requireSession(await by.authenticate(req))
  if (ticket !== undefined) {
    const session = typeof ticket === 'string' ? await by.tickets.redeem(ticket, runId) : null
    if (!session) {
      throw new HttpProblem(
        401,
        'ticket_invalid',
        'El ticket ya se usó, venció o no es para esto. Pedí otro.',
      )
    }
    return session
  }
  if (!isAbsentToken(token)) {
    return requireSession(typeof token === 'string' ? await by.verifyToken(token) : null)
  }
  // A GET that starts a run must not be started by a link or an image on someone else's page.
  if (isCrossSite(req.headers, hostname)) {
    throw new HttpProblem(403, 'cross_site', 'El pedido viene de otro sitio y no se acepta.')
  }
  return requireSession(await by.authenticate(req))
}

/** What the brief's `?token=${localStorage.getItem('token')}` sends when there is none. */
function isAbsentToken(token: unknown): boolean {
  return token === undefined || token === '' || token === 'null' || token === 'undefined'
}

/** @throws HttpProblem 401 */
export function requireSession(session: Session | null): Session {
  if (session) return session
  throw new HttpProblem(401, 'unauthenticated', 'No hay una sesión abierta, o venció. Volvé a ingresar.')
}
