import type { User } from '@espejo/contract'
import { loginBody } from '@espejo/contract/schemas'
import type { RequestHandler } from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import { findUser } from '../accounts/account-store.js'
import { normalizeEmail, signIn } from '../accounts/accounts.js'
import { type Authenticate, SESSION_COOKIE, sessionCookieOptions } from '../accounts/authenticate.js'
import type { Session, Sessions } from '../accounts/session.js'
import { createSignInThrottle } from '../accounts/sign-in-throttle.js'
import type { Pool } from '../db/pool.js'
import { sessionSchema, userSchema } from './answer-schemas.js'
import { HttpProblem } from './problem.js'
import { ok, type Route, route } from './route.js'

/** Signing in and out with Espejo's own accounts. A host application with its own accounts leaves them out. */
export function authRoutes(deps: {
  pool: Pool
  sessions: Sessions
  authenticate: Authenticate
  /** Called with the session that has signed out, so that its open streams can end. */
  onSignOut?: ((session: Session) => void) | undefined
  now: () => Date
}): Route[] {
  const { pool, sessions, now } = deps
  const throttle = createSignInThrottle({ now })

  async function check(email: string, password: string, address: string): Promise<User> {
    const account = normalizeEmail(email)
    const wait = throttle.attempt(account, address)
    if (wait > 0) throw tooMany(wait / 1000)
    const user = await signIn(pool, account, password)
    if (!user) throw new HttpProblem(401, 'wrong_credentials', 'El correo o la contraseña no son correctos.')
    throttle.succeeded(account, address)
    return user
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
      answers: { 200: { description: 'A session of 12 hours', schema: sessionSchema } },
      async handle({ body, req, res }) {
        // As in the rate limiter: one key for all addresses of an IPv6 subscriber.
        const user = await check(body.email, body.password, ipKeyGenerator(req.ip ?? ''))
        const { token, expiresAt } = await sessions.issue(user)
        res.cookie(SESSION_COOKIE, token, sessionCookieOptions(req, expiresAt))
        return ok({ token, user })
      },
    }),
    route({
      method: 'post',
      path: '/auth/logout',
      summary: 'Drop the session cookie',
      tag: 'auth',
      access: 'public',
      answers: { 204: { description: 'Signed out' } },
      async handle({ req, res }) {
        const session = await deps.authenticate(req)
        if (session) deps.onSignOut?.(session)
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
        const user = await findUser(pool, session.tenantId, session.userId)
        if (!user) throw new HttpProblem(401, 'unauthenticated', 'Tu usuario ya no existe.')
        return ok(user)
      },
    }),
  ]
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
