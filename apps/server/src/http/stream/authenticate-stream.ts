import type { IncomingMessage } from 'node:http'
import type { Session } from '../../accounts/session.js'
import { HttpProblem } from '../problem.js'
import { isCrossSite } from '../same-origin.js'
import type { StreamCall } from './stream-call.js'
import type { Tickets } from './tickets.js'

/** `Req`: the request that `authenticate` needs; for one that reads only headers, `IncomingMessage`. */
export interface StreamAuthentication<Req extends IncomingMessage> {
  /** By the `Authorization` header or the session cookie. */
  authenticate(req: Req): Promise<Session | null>
  /** Verifies `?token=` of the v0 contract: the same token as in `Authorization: Bearer`. */
  verifyToken(token: string): Promise<Session | null>
  tickets: Tickets
}

/**
 * Finds the session of a request to a stream route: by the `Authorization` header, else `?ticket=`, else
 * `?token=`, else the cookie. The first of them that is present decides. The cookie, which a browser
 * adds by itself, is not accepted from a page of another site.
 *
 * @param runId the run to be watched; null on the starting route
 * @throws HttpProblem 401, or 403 for a page of another site
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
  // CSRF: this GET can start a run, so a link or an image on a page of another site must not send it.
  if (isCrossSite(req.headers, hostname)) {
    throw new HttpProblem(403, 'cross_site', 'El pedido viene de otro sitio y no se acepta.')
  }
  return requireSession(await by.authenticate(req))
}

/** A client of the v0 contract sends `?token=${localStorage.getItem('token')}`: `null` when there is no token. */
function isAbsentToken(token: unknown): boolean {
  return token === undefined || token === '' || token === 'null' || token === 'undefined'
}

/** Returns the session. @throws HttpProblem 401 when there is none */
export function requireSession(session: Session | null): Session {
  if (session) return session
  throw new HttpProblem(401, 'unauthenticated', 'No hay una sesión abierta, o venció. Volvé a ingresar.')
}
