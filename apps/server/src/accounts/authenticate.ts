import type { IncomingMessage } from 'node:http'
import type { CookieOptions, Request } from 'express'
import type { Session } from './session.js'

/** The session of a request; null: not signed in. A host application brings its own. */
export type Authenticate = (req: Request) => Promise<Session | null>

export const SESSION_COOKIE = 'espejo_session'

/**
 * Reads the session of a request from `Authorization: Bearer`, or from the cookie when that header is absent. An
 * invalid header does not fall back to the cookie: the CSRF check applies to requests without the header.
 */
export function createAuthenticate(
  verifyToken: (token: string) => Promise<Session | null>,
): (req: IncomingMessage) => Promise<Session | null> {
  return async (req) => {
    const { authorization } = req.headers
    const token =
      authorization === undefined
        ? readCookie(req, SESSION_COOKIE)
        : /^Bearer +(\S+)$/i.exec(authorization)?.[1]
    return token === undefined ? null : verifyToken(token)
  }
}

/** Options to set the session cookie; without `expires`, to clear it. */
export function sessionCookieOptions(req: Request, expires?: Date): CookieOptions {
  return {
    httpOnly: true,
    sameSite: 'lax',
    secure: req.secure,
    path: '/',
    ...(expires ? { expires } : {}),
  }
}

/** The value, not percent-decoded: tokens need no decoding. */
function readCookie(req: IncomingMessage, name: string): string | undefined {
  for (const pair of req.headers.cookie?.split(';') ?? []) {
    const equals = pair.indexOf('=')
    if (pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim()
  }
  return undefined
}
