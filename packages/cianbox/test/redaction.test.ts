import { inspect } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type CianboxClient, type CianboxClientOptions, CianboxError } from '../src/index.js'
import {
  ACCOUNT,
  CREDENTIALS,
  type FakeCianbox,
  type Handler,
  ok,
  refuse,
  sendJson,
  startFakeCianbox,
} from './fake-cianbox.js'
import { createTestClient } from './test-client.js'

const ACCESS = 'CBX_AT-planted-access'
/** Has no known form of a secret, so it can only be hidden by value. */
const ODD_ACCESS = 'plantado&raro/token=='
const REFRESH = 'CBX_RT-planted-refresh'
const HOOK = 'https://espejo.test/hook/planted-hook-secret'
const SECRETS = [
  ACCESS,
  ODD_ACCESS,
  encodeURIComponent(ODD_ACCESS),
  REFRESH,
  CREDENTIALS.password,
  CREDENTIALS.appCode,
  'planted-hook-secret',
]

let fake: FakeCianbox
let client: CianboxClient | undefined
const firstPage = { page: 1, limit: 10 }

beforeEach(async () => {
  fake = await startFakeCianbox()
  issue(ACCESS)
})
afterEach(async () => {
  await client?.close()
  await fake.close()
})

function issue(token: string) {
  fake.on('/auth/credentials', (_, response) =>
    ok(response, { access_token: token, refresh_token: REFRESH, expires_in: 100 }),
  )
}

function connect(options: Partial<CianboxClientOptions> = {}): CianboxClient {
  client = createTestClient(fake, { retry: { attempts: 1 }, ...options })
  return client
}

/** Responds with everything that was sent, like a careless server. */
const echo =
  (status: number): Handler =>
  (request, response) =>
    sendJson(response, status, {
      status: 'error',
      message: `falló /${ACCOUNT}/api/v2${request.route}?${request.query} con ${JSON.stringify(request.json)}`,
    })

const cut: Handler = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '9999' })
  response.write('{', () => response.destroy())
}

async function errorOf(work: Promise<unknown>): Promise<CianboxError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(CianboxError)
  return error as CianboxError
}

function expectNoSecrets(error: CianboxError) {
  const shown = [
    inspect(error, { depth: 10, showHidden: true }),
    JSON.stringify(error),
    String(error),
    error.stack,
    error.operatorMessage,
    inspect(error.cause, { depth: 10 }),
  ].join('\n')
  for (const secret of SECRETS) expect(shown).not.toContain(secret)
}

test.each([
  ['an echo under HTTP 500', echo(500)],
  ['an echo under HTTP 400', echo(400)],
  ['an echo under HTTP 200', echo(200)],
  ['a refused token', refuse(401)],
  ['a cut connection', cut],
  [
    'a redirect to its own URL',
    (request, response) => refuse(302, { location: `?${request.query}` })(request, response),
  ],
] satisfies [string, Handler][])('no token in the error of %s', async (_, handler) => {
  for (const token of [ACCESS, ODD_ACCESS]) {
    issue(token)
    fake.on('/productos', handler)
    expectNoSecrets(await errorOf(connect().listProducts(firstPage)))
    await client?.close()
  }
})

test.each([
  ['an echo under HTTP 401', echo(401)],
  ['an echo under HTTP 200', echo(200)],
  ['a cut connection', cut],
])('no password in the error of a login with %s', async (_, handler) => {
  fake.on('/auth/credentials', handler)
  expectNoSecrets(await errorOf(connect().listProducts(firstPage)))
})

test('no token in the error of a login whose response is cut off', async () => {
  fake.on('/auth/credentials', (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(`{"status":"ok","body":{"access_token":"${ODD_ACCESS}","refresh_token":"${REFRESH}`)
  })
  const error = await errorOf(connect().listProducts(firstPage))
  expect(error.kind).toBe('invalid_response')
  expectNoSecrets(error)
})

test('no token in an error of the HTTP client that quotes the URL', async () => {
  const dispatcher = {
    dispatch: (options: { path: string }) => {
      throw Object.assign(new Error(`cannot dispatch ${options.path}`), {
        code: 'UND_ERR_TEST',
        options,
        cause: new Error(options.path),
      })
    },
  } as unknown as NonNullable<CianboxClientOptions['dispatcher']>
  const tokenStore = {
    load: async () => ({ accessToken: ODD_ACCESS, refreshToken: null, expiresAt: Number.MAX_SAFE_INTEGER }),
    save: async () => {},
  }
  const error = await errorOf(connect({ dispatcher, tokenStore }).listProducts(firstPage))
  expect(error).toMatchObject({ kind: 'unreachable', cause: { code: 'UND_ERR_TEST' } })
  expect(String(error.cause)).toContain('cannot dispatch')
  expectNoSecrets(error)
})

test('no webhook URL in the error of a registration', async () => {
  fake.on('/general/notificaciones/alta', echo(400))
  expectNoSecrets(await errorOf(connect().notifications.register({ events: 'all', url: HOOK })))
})

test('no token in the arguments of hooks', async () => {
  const calls: unknown[] = []
  fake.on('/productos', refuse(503))
  const options = {
    retry: { attempts: 2 },
    onRequest: (r: unknown) => calls.push(r),
    onWaiting: (w: unknown) => calls.push(w),
  }
  await errorOf(connect(options).listProducts(firstPage))
  expect(calls.length).toBeGreaterThan(3)
  for (const secret of SECRETS) expect(inspect(calls, { depth: 10 })).not.toContain(secret)
})
