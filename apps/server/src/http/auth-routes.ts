import type { User } from '@espejo/contract'
import { loginBody, passwordBody } from '@espejo/contract/schemas'
import type { Request, RequestHandler } from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import { z } from 'zod'
import { findUser } from '../accounts/account-store.js'
import { normalizeEmail, signIn } from '../accounts/accounts.js'
import { type Authenticate, SESSION_COOKIE, sessionCookieOptions } from '../accounts/authenticate.js'
import { checkNewPassword } from '../accounts/password-policy.js'
import { hashPassword } from '../accounts/passwords.js'
import type { Session } from '../accounts/session.js'
import type { SessionStore } from '../accounts/session-store.js'
import { createSignInThrottle } from '../accounts/sign-in-throttle.js'
import type { Pool } from '../db/pool.js'
import { listOf, openSessionSchema, sessionSchema, userSchema } from './answer-schemas.js'
import { fail, HttpProblem, notFound } from './problem.js'
import { ok, type Route, route } from './route.js'

/** Signing in and out with Espejo's own accounts. A host application with its own accounts leaves them out. */
export function authRoutes(deps: {
  pool: Pool
  sessions: SessionStore
  authenticate: Authenticate
  /** Called when sessions have ended, so that their open streams can end at once. */
  onSessionsEnded?: ((hasEnded: (session: Session) => boolean) => void) | undefined
  now: () => Date
}): Route[] {
  const { pool, sessions, now } = deps
  const throttle = createSignInThrottle({ now })

  async function check(
    email: string,
    password: string,
    address: string,
    refused: () => HttpProblem,
  ): Promise<{ user: User; passwordHash: string }> {
    const account = normalizeEmail(email)
    const wait = throttle.attempt(account, address)
    if (wait > 0) throw tooMany(wait / 1000)
    const found = await signIn(pool, account, password)
    if (!found) throw refused()
    throttle.succeeded(account, address)
    return found
  }

  return [
    route({
      method: 'post',
      path: '/auth/login',
      summary: 'Sign in; also sets the session cookie',
      tag: 'auth',
      access: 'public',
      before: limitByAddress(),
      body: loginBody,
      answers: { 200: { description: 'A session', schema: sessionSchema } },
      async handle({ body, req, res }) {
        const { user, passwordHash } = await check(
          body.email,
          body.password,
          addressOf(req),
          wrongCredentials,
        )
        const started = (await sessions.start(user, passwordHash)) ?? fail(wrongCredentials())
        res.cookie(SESSION_COOKIE, started.token, sessionCookieOptions(req, started.expiresAt))
        return ok({ token: started.token, user })
      },
    }),
    route({
      method: 'post',
      path: '/auth/logout',
      summary: 'End the session, on all nodes, and drop its cookie',
      tag: 'auth',
      access: 'public',
      answers: { 204: { description: 'Signed out' } },
      async handle({ req, res }) {
        const session = await deps.authenticate(req)
        if (session) {
          await sessions.end(session)
          deps.onSessionsEnded?.(({ id }) => id === session.id)
        }
        res.clearCookie(SESSION_COOKIE, sessionCookieOptions(req))
        return { status: 204 }
      },
    }),
    route({
      method: 'post',
      path: '/auth/password',
      summary: "Change one's own password; ends one's other sessions",
      tag: 'auth',
      access: 'read',
      body: passwordBody,
      answers: {
        204: { description: 'Changed' },
        403: { description: 'The current password is wrong' },
        422: { description: 'The new password is too short or easy to guess' },
      },
      async handle({ body, session, req }) {
        const { tenantId, userId } = session
        const user = (await findUser(pool, tenantId, userId)) ?? fail(userGone())
        const { passwordHash } = await check(user.email, body.current, addressOf(req), wrongPassword)
        const weakness = await checkNewPassword(body.new, [user.email, user.name])
        if (weakness !== null) throw weakPassword('new', weakness)
        const isChanged = await sessions.changePassword(session, passwordHash, await hashPassword(body.new))
        if (!isChanged) throw wrongPassword()
        deps.onSessionsEnded?.((other) => other.userId === userId && other.id !== session.id)
        return { status: 204 }
      },
    }),
    route({
      method: 'get',
      path: '/auth/sessions',
      summary: "One's own open sessions, the latest used first, at most 200",
      tag: 'auth',
      access: 'read',
      answers: { 200: { description: 'The sessions', schema: listOf(openSessionSchema) } },
      async handle({ session }) {
        const items = (await sessions.list(session)).map(({ id, ...times }) => ({
          id,
          isCurrent: id === session.id,
          ...times,
        }))
        return ok({ items, nextCursor: null })
      },
    }),
    route({
      method: 'delete',
      path: '/auth/sessions/:id',
      summary: "End one of one's own sessions, on all nodes",
      tag: 'auth',
      access: 'read',
      params: z.object({ id: z.string().regex(/^[a-z0-9]{1,40}$/) }),
      answers: { 204: { description: 'Ended' } },
      async handle({ params, session }) {
        if (!(await sessions.endById(session, params.id))) throw notFound()
        deps.onSessionsEnded?.(({ id }) => id === params.id)
        return { status: 204 }
      },
    }),
    route({
      method: 'post',
      path: '/auth/logout-everywhere',
      summary: "End all of one's own sessions, this one included",
      tag: 'auth',
      access: 'read',
      answers: { 204: { description: 'Ended' } },
      async handle({ session, req, res }) {
        await sessions.endAll(session)
        deps.onSessionsEnded?.(
          ({ tenantId, userId }) => tenantId === session.tenantId && userId === session.userId,
        )
        res.clearCookie(SESSION_COOKIE, sessionCookieOptions(req))
        return { status: 204 }
      },
    }),
    route({
      method: 'get',
      path: '/auth/me',
      summary: 'Who is signed in',
      tag: 'auth',
      access: 'read',
      answers: { 200: { description: 'The user', schema: userSchema } },
      async handle({ session }) {
        return ok((await findUser(pool, session.tenantId, session.userId)) ?? fail(userGone()))
      },
    }),
  ]
}

/** As in the rate limiter: one key for all addresses of an IPv6 subscriber. */
function addressOf(req: Request): string {
  return ipKeyGenerator(req.ip ?? '')
}

function wrongCredentials(): HttpProblem {
  return new HttpProblem(401, 'wrong_credentials', 'El correo o la contraseña no son correctos.')
}

/** 403, because a 401 means that the session is over. */
function wrongPassword(): HttpProblem {
  return new HttpProblem(403, 'wrong_password', 'La contraseña actual no es correcta.')
}

function userGone(): HttpProblem {
  return new HttpProblem(401, 'unauthenticated', 'Tu usuario ya no existe.')
}

/** 422 for a new password that is too short or too easy to guess. @param path the field of the body */
export function weakPassword(path: string, message: string): HttpProblem {
  return new HttpProblem(422, 'weak_password', `La contraseña no sirve. ${message}`, {
    errors: [{ path, message }],
  })
}

/**
 * Limit of wrong passwords from one IP address, over all accounts: against trying one password on many
 * accounts. Attempts that {@link createSignInThrottle} refuses do not count, so that an attack on one
 * account does not lock out other users behind the same address.
 */
const WRONG_PER_MINUTE = 30

function limitByAddress(): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: WRONG_PER_MINUTE,
    skipSuccessfulRequests: true,
    requestWasSuccessful: (_req, res) => res.statusCode !== 401,
    legacyHeaders: false,
    standardHeaders: false,
    handler: (_req, _res, next) => next(tooMany(60)),
  })
}

/** 429. @param seconds until the next attempt */
export function tooMany(seconds: number): HttpProblem {
  const wait = Math.max(1, Math.ceil(seconds))
  return new HttpProblem(
    429,
    'too_many_attempts',
    `Demasiados intentos. Esperá ${wait === 1 ? '1 segundo' : `${wait} segundos`} y probá de nuevo.`,
    { headers: { 'Retry-After': String(wait) } },
  )
}
