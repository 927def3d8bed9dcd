import { setupBody } from '@espejo/contract/schemas'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import { SESSION_COOKIE, sessionCookieOptions } from '../accounts/authenticate.js'
import { checkNewPassword } from '../accounts/password-policy.js'
import type { SessionStore } from '../accounts/session-store.js'
import type { Setup, SetupRefusal } from '../accounts/setup.js'
import { createSignInThrottle } from '../accounts/sign-in-throttle.js'
import { sessionSchema, setupStatusSchema } from './answer-schemas.js'
import { tooMany, weakPassword } from './auth-routes.js'
import { fail, HttpProblem } from './problem.js'
import { ok, type Route, route } from './route.js'

/** The first set-up of an installation: the first tenant and its administrator, by the code that the start prints. */
export function setupRoutes(deps: {
  setup: Setup
  sessions: SessionStore
  demo: boolean
  now: () => Date
}): Route[] {
  const { setup, sessions, demo, now } = deps
  const throttle = createSignInThrottle({ now })

  async function requireCode(code: string, address: string): Promise<void> {
    if (!(await setup.isNeeded())) throw refused('done_before')
    const wait = throttle.attempt('', address)
    if (wait > 0) throw tooMany(wait / 1000)
    const refusal = await setup.checkCode(code)
    if (refusal) throw refused(refusal)
    throttle.succeeded('', address)
  }

  return [
    route({
      method: 'get',
      path: '/setup',
      summary: 'Whether the first set-up is still to be done, and whether this is the demo',
      tag: 'setup',
      access: 'public',
      answers: { 200: { description: 'The state of the installation', schema: setupStatusSchema } },
      handle: async () => ok({ needed: await setup.isNeeded(), demo }),
    }),
    route({
      method: 'post',
      path: '/setup',
      summary:
        'Make the first tenant and its administrator, with the one-time code; also sets the session cookie',
      tag: 'setup',
      access: 'public',
      before: rateLimit({
        windowMs: 60_000,
        limit: WRONG_CODES_PER_MINUTE,
        // One count for all addresses: there is a single code to guess.
        keyGenerator: () => '',
        skipSuccessfulRequests: true,
        requestWasSuccessful: (_req, res) => res.statusCode !== 403,
        legacyHeaders: false,
        standardHeaders: false,
        handler: (_req, _res, next) => next(tooMany(60)),
      }),
      body: setupBody,
      answers: {
        201: { description: 'A session of the new administrator', schema: sessionSchema },
        403: { description: 'The code is wrong' },
        409: { description: 'There is a tenant already' },
      },
      async handle({ body: { code, tenantName, ...admin }, req, res }) {
        await requireCode(code, ipKeyGenerator(req.ip ?? ''))
        const weakness = await checkNewPassword(admin.password, [tenantName, admin.name, admin.email])
        if (weakness !== null) throw weakPassword('password', weakness)
        const user = await setup.complete(code, tenantName, admin)
        if (typeof user === 'string') throw refused(user)
        const { token, expiresAt } = (await sessions.start(user, null)) ?? fail(refused('done_before'))
        res.cookie(SESSION_COOKIE, token, sessionCookieOptions(req, expiresAt))
        return { status: 201, body: { token, user } }
      },
    }),
  ]
}

function refused(reason: SetupRefusal): HttpProblem {
  return reason === 'done_before'
    ? new HttpProblem(409, 'already_set_up', 'Espejo ya está instalado. Ingresá con tu usuario.')
    : new HttpProblem(
        403,
        'wrong_setup_code',
        'El código de instalación no es correcto. Usá el enlace que imprimió el último arranque.',
      )
}

/** Of one process, whatever the addresses. */
const WRONG_CODES_PER_MINUTE = 60
