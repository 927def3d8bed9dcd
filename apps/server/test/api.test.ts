import express, { type Router } from 'express'
import { beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { withTenant } from '../src/db/pool.js'
import { listOf, problemSchema, rejectSchema, runSchema } from '../src/http/answer-schemas.js'
import { apiRoutes } from '../src/http/api.js'
import { describeApi, openApiPath } from '../src/http/openapi.js'
import { createStreamRouter } from '../src/http/stream/stream-routes.js'
import { type Answer, type Client, useApp } from './support/app.js'

const app = useApp()
const RUNS = '/api/cianbox/sync/runs'
let admin: Client
let neighbour: Client

beforeAll(async () => {
  admin = await app.as('uno')
  neighbour = await app.as('dos')
})

/** Parses the body of an answer strictly by its schema in the OpenAPI document. */
function read<S extends z.ZodObject>(answer: Answer, status: number, schema: S): z.infer<S> {
  expect(answer.text).toBeTruthy()
  expect(answer.status).toBe(status)
  return schema.strict().parse(answer.json) as z.infer<S>
}

function expectProblem(answer: Answer, status: number, code: string) {
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(read(answer, status, problemSchema)).toMatchObject({ status, code })
}

async function endAllRuns() {
  for (const client of [admin, neighbour]) {
    const { json } = await client('GET', `${RUNS}?limit=200`)
    for (const { id } of json.items) await client('POST', `${RUNS}/${id}/cancel`)
  }
}

describe('runs', () => {
  beforeAll(endAllRuns)

  it('start one at a time; a second start is a 409 with the active run', async () => {
    const run = read(await admin('POST', RUNS), 201, runSchema)
    expect(run).toMatchObject({ mode: 'full', status: 'queued', dryRun: false })
    const second = await admin('POST', RUNS, { body: { mode: 'ids', ids: ['1'] } })
    expectProblem(second, 409, 'run_active')
    expect(second.json.run).toEqual(run)
    expect(read(await admin('GET', `${RUNS}/${run.id}`), 200, runSchema)).toEqual(run)
  })

  it('have the user who started them, with the current name', async () => {
    await endAllRuns()
    const { id, startedBy, startedByName } = read(await admin('POST', RUNS), 201, runSchema)
    const user = (await admin('GET', '/api/auth/me')).json
    expect([startedBy, startedByName]).toEqual([user.id, user.name])
    await withTenant(app.database.pool, 'uno', (tx) =>
      tx.query("UPDATE app.users SET name = 'Otra Persona' WHERE user_id = $1", [user.id]),
    )
    const renamed = read(await admin('GET', `${RUNS}/${id}`), 200, runSchema)
    expect(renamed.startedByName).toBe('Otra Persona')
  })

  it('are paused, resumed and cancelled, each idempotently', async () => {
    await endAllRuns()
    const { id } = read(await admin('POST', RUNS, { body: { mode: 'ids', ids: ['5', '6'] } }), 201, runSchema)
    for (const [action, status] of [
      ['pause', 'paused'],
      ['pause', 'paused'],
      ['resume', 'queued'],
      ['pause', 'paused'],
      ['confirm-sweep', 'paused'],
      ['guard/confirm', 'paused'],
      ['guard/refuse', 'paused'],
      ['resume', 'queued'],
      ['cancel', 'cancelled'],
      ['cancel', 'cancelled'],
      ['resume', 'cancelled'],
    ]) {
      expect(read(await admin('POST', `${RUNS}/${id}/${action}`), 200, runSchema).status).toBe(status)
    }
  })

  it.each([
    [{ mode: 'ids' }, 'ids'],
    [{ ids: ['1'] }, 'ids'],
    [{ mode: 'ids', ids: ['x'] }, 'ids.0'],
    [{ mode: 'all' }, 'mode'],
    [[], ''],
  ])('are refused for %j, with the path of the field', async (body, path) => {
    const answer = await admin('POST', RUNS, { body })
    expectProblem(answer, 422, 'invalid_body')
    expect(answer.json.errors[0].path).toBe(path)
  })

  it('are listed newest first, each once', async () => {
    await endAllRuns()
    for (let i = 0; i < 5; i++) {
      const { json } = await admin('POST', RUNS)
      await admin('POST', `${RUNS}/${json.id}/cancel`)
    }
    const whole = read(await admin('GET', RUNS), 200, listOf(runSchema)).items.map((run) => run.id)
    const paged: string[] = []
    let cursor = ''
    do {
      const page = read(await admin('GET', `${RUNS}?limit=2${cursor}`), 200, listOf(runSchema))
      paged.push(...page.items.map((run) => run.id))
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`
    } while (cursor !== '')
    expect(paged).toEqual(whole)
    expect(new Set(paged).size).toBe(paged.length)
  })

  it('by ids accept only ids that a product can have', async () => {
    await endAllRuns()
    const start = (ids: string[]) => admin('POST', RUNS, { body: { mode: 'ids', ids } })
    for (const id of ['0', '9007199254740992', '1'.repeat(18), '-1', 'x']) {
      const answer = await start(['1', id])
      expectProblem(answer, 422, 'invalid_body')
      expect(answer.json.errors).toEqual([
        { path: 'ids.1', message: 'Tiene que ser un número entero de 1 a 9007199254740991.' },
      ])
    }
    expect((await start(['1', '9007199254740991'])).status).toBe(201)
  })

  it('are retried only for rejected rows whose id a product can have', async () => {
    await endAllRuns()
    const { json: run } = await admin('POST', RUNS)
    const reject = (position: number, id: string) =>
      withTenant(app.database.pool, 'uno', (tx) =>
        tx.query(
          `INSERT INTO app.run_rejects (tenant_id, run_id, phase, page, position, cianbox_id, reason, payload)
           VALUES ('uno', $1, 'products', 1, $2, $3, 'x', '{}')`,
          [run.id, position, id],
        ),
      )
    await reject(0, '0')
    await reject(1, '1'.repeat(18))
    await endAllRuns()
    expectProblem(await admin('POST', `${RUNS}/${run.id}/rejects/retry`), 422, 'nothing_to_retry')
    await reject(2, '7')
    const { status, json: retry } = await admin('POST', `${RUNS}/${run.id}/rejects/retry`)
    expect(status).toBe(201)
    const { rows } = await withTenant(app.database.pool, 'uno', (tx) =>
      tx.query('SELECT requested_ids::text[] AS ids FROM app.runs WHERE run_id = $1', [retry.id]),
    )
    expect(rows).toEqual([{ ids: ['7'] }])
  })

  it('list their rejected rows in pages, in the order received', async () => {
    await endAllRuns()
    const { json: run } = await admin('POST', RUNS)
    await withTenant(app.database.pool, 'uno', (tx) =>
      tx.query(
        `INSERT INTO app.run_rejects (tenant_id, run_id, phase, page, position, cianbox_id, field, reason, payload)
         SELECT 'uno', $1, CASE WHEN i < 2 THEN 'drift' ELSE 'products' END, 1 + i / 3, i % 3, i::text, 'precio', 'No es un número', json_build_object('id', i)
           FROM generate_series(0, 6) i`,
        [run.id],
      ),
    )
    const first = read(await admin('GET', `${RUNS}/${run.id}/rejects?limit=4`), 200, listOf(rejectSchema))
    const rest = read(
      await admin('GET', `${RUNS}/${run.id}/rejects?limit=4&cursor=${first.nextCursor}`),
      200,
      listOf(rejectSchema),
    )
    expect([...first.items, ...rest.items].map((reject) => reject.cianboxId)).toEqual([...'0123456'])
    expect(first.items[0]).toEqual({
      cianboxId: '0',
      phase: 'drift',
      page: 1,
      position: 0,
      field: 'precio',
      reason: 'No es un número',
      payload: { id: 0 },
    })
    expect(rest.nextCursor).toBeNull()
    expectProblem(await admin('GET', `${RUNS}/${run.id}/rejects?cursor=x`), 400, 'invalid_cursor')
  })
})

describe('what another tenant owns', () => {
  it('is a 404 on every route of a run', async () => {
    await endAllRuns()
    const { json: run } = await neighbour('POST', RUNS)
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/rejects'],
      ['POST', '/cancel'],
      ['POST', '/pause'],
      ['POST', '/resume'],
      ['POST', '/confirm-sweep'],
      ['GET', '/guard'],
      ['POST', '/guard/confirm'],
      ['POST', '/guard/refuse'],
    ] as const) {
      expectProblem(await admin(method, `${RUNS}/${run.id}${path}`), 404, 'not_found')
    }
    expectProblem(
      await admin('GET', `${RUNS}?cursor=${Buffer.from(JSON.stringify([run.id])).toString('base64url')}`),
      400,
      'invalid_cursor',
    )
    expect((await neighbour('GET', `${RUNS}/${run.id}`)).json.status).toBe('queued')
    expect((await admin('POST', RUNS)).status).toBe(201)
  })

  it.each(['A', 'x'.repeat(41), 'a.1', '%00', "a'--"])('is a 404 like a run of id %s', async (id) => {
    expectProblem(await admin('GET', `${RUNS}/${id}`), 404, 'not_found')
  })
})

describe('roles', () => {
  const anywhere = { ':id': 'nosuchrun', ':cianboxId': '1' }
  const routes = () =>
    apiRoutes(app.deps)
      .filter((route) => route.access !== 'public')
      .map(({ method, path, access }) => ({
        method: method.toUpperCase(),
        path: `/api${path.replace(/:\w+/g, (name) => anywhere[name as keyof typeof anywhere])}`,
        access,
      }))

  it('without a session every route but sign-in is a 401', async () => {
    for (const { method, path } of routes()) {
      expectProblem(await app.send(method, path), 401, 'unauthenticated')
    }
  })

  it('a viewer can only read; an operator cannot configure', async () => {
    const viewer = await app.as('uno', 'viewer')
    const operator = await app.as('uno', 'operator')
    let refusals = 0
    for (const { method, path, access } of routes()) {
      const asViewer = await viewer(method, path)
      const asOperator = await operator(method, path)
      // 422: one's own password, without a body.
      const allowed = path === '/api/auth/password' ? [422] : [200, 204, 404]
      if (access === 'read') expect(allowed, path).toContain(asViewer.status)
      else expectProblem(asViewer, 403, 'forbidden')
      if (access === 'configure') expectProblem(asOperator, 403, 'forbidden')
      else expect(asOperator.status).not.toBe(403)
      refusals += access === 'read' ? 0 : 1
    }
    expect(refusals).toBeGreaterThanOrEqual(8)
    await endAllRuns()
  })
})

describe('every refusal is a problem', () => {
  it.each([
    ['malformed JSON', { rawBody: '{"mode":' }, 400, 'invalid_json'],
    [
      'a body of another type',
      { rawBody: 'x', headers: { 'content-type': 'text/plain' } },
      422,
      'invalid_body',
    ],
    ['a body over a megabyte', { body: { cuenta: 'x'.repeat(1_100_000) } }, 413, 'body_too_large'],
    [
      'an unknown encoding',
      { rawBody: 'x', headers: { 'content-encoding': 'x' } },
      415,
      'unsupported_encoding',
    ],
  ])('%s', async (_what, options, status, code) => {
    expectProblem(await admin('PUT', '/api/cianbox/connection', options), status, code)
  })

  it('an unknown path, under /api and outside, and a malformed URL', async () => {
    expectProblem(await admin('GET', '/api/nothing'), 404, 'unknown_route')
    expectProblem(await admin('POST', '/api/products'), 404, 'unknown_route')
    expectProblem(await admin('GET', '/nothing'), 404, 'unknown_route')
    expectProblem(await admin('GET', '/api/products/%E0%A4%A'), 400, 'invalid_url')
  })

  it('an internal error has no details, and the log has the cause', async () => {
    const { token } = await app.sessions.issue({ id: 'x', tenantId: 'nobody-of-ours', role: 'admin' })
    // A tenant without a row violates a foreign key: an unexpected error.
    const answer = await app.send('POST', RUNS, { headers: { authorization: `Bearer ${token}` } })
    expectProblem(answer, 500, 'internal')
    expect(answer.text).not.toMatch(/tenant|constraint|foreign/)
    expect(app.log()).toMatch(/violates foreign key constraint/)
    expect(app.log()).toContain(`"route":"${RUNS}"`)
    expect(app.log()).not.toContain('nobody-of-ours')
  })
})

describe('the OpenAPI document', () => {
  const streamRouter = createStreamRouter({} as Parameters<typeof createStreamRouter>[0])

  it('has every served route, the streams included, and no other', async () => {
    const served = [
      ...apiRoutes(app.deps).map(({ method, path }) => `${method} ${openApiPath(path)}`),
      ...routesOf(streamRouter),
    ]
    const document = describeApi(apiRoutes(app.deps), { streams: true }) as Document
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    )
    expect(described.sort()).toEqual(served.sort())
  })

  it('is served, with named schemas of answers and events', async () => {
    const answer = await app.send('GET', '/api/openapi.json')
    expect(answer.status).toBe(200)
    expect(answer.json.openapi).toBe('3.1.0')
    expect(answer.json.paths['/products'].get.responses['200'].content['application/json']).toBeTruthy()
    const document = describeApi(apiRoutes(app.deps), { streams: true }) as Document
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining([
        'Run',
        'Product',
        'Problem',
        'ConnectionBody',
        'RunBody',
        'StartData',
        'ProgressData',
      ]),
    )
    expect(JSON.stringify(document)).not.toContain('"$ref":"#/components/schemas/undefined"')
  })

  it('has a unique id for each operation', () => {
    const document = describeApi(apiRoutes(app.deps), { streams: true }) as Document
    const ids = Object.values(document.paths).flatMap((operations) =>
      Object.values(operations).map((operation) => operation.operationId),
    )
    expect(new Set(ids).size).toBe(ids.length)
  })
})

interface Document {
  paths: Record<string, Record<string, { operationId: string }>>
  components: { schemas: Record<string, unknown> }
}

function routesOf(router: Router): string[] {
  const layers = (
    router as unknown as { stack: { route?: { path: string; methods: Record<string, boolean> } }[] }
  ).stack
  return layers.flatMap(({ route }) =>
    route ? Object.keys(route.methods).map((method) => `${method} ${openApiPath(route.path)}`) : [],
  )
}

describe('the API in a host application', () => {
  it('uses its authentication, and has no sign-in routes', async () => {
    const { createApi } = await import('../src/http/api.js')
    const { sessions: _, ...deps } = app.deps
    const host = express()
    const session = {
      userId: 'x',
      tenantId: 'dos',
      role: 'viewer' as const,
      expiresAt: new Date(Date.now() + 1e6),
    }
    host.use('/espejo', createApi({ ...deps, authenticate: async () => session }))
    const server = host.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const address = server.address()
    const base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/espejo`
    const statuses = await Promise.all(
      ['/products', '/auth/me', '/nothing'].map(async (path) => (await fetch(base + path)).status),
    )
    server.close()
    expect(statuses).toEqual([200, 404, 404])
  })
})
