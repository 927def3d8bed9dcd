import type { IncomingMessage } from 'node:http'
import type { CookieOptions, Request } from 'express'
import type { Session } from './session.js'

/** Who asks; null: nobody that is known. A host application brings its own. */
export type Authenticate = (req: Request) => Promise<Session | null>

export const SESSION_COOKIE = 'espejo_session'

/**
 * Reads the session of a request: `Authorization: Bearer` first, then the cookie. A header that is
 * there but no good does not fall back to the cookie: whether a request rests on the cookie alone
 * decides whether it must come from our own pages.
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

/** How the session's cookie is set, and, without `expires`, cleared. */
export function sessionCookieOptions(req: Request, expires?: Date): CookieOptions {
  return {
    httpOnly: true,
    sameSite: 'lax',
    secure: req.secure,
    path: '/',
    ...(expires ? { expires } : {}),
  }
}

/** The value as sent: tokens need no decoding. */
function readCookie(req: IncomingMessage, name: string): string | undefined {
  for (const pair of req.headers.cookie?.split(';') ?? []) {
    const equals = pair.indexOf('=')
    if (pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim()
  }
  return undefined
}
