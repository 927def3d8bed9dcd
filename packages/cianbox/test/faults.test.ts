import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { constants, createGzip, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CianboxClient, CianboxClientOptions, RequestRecord } from '../src/index.js'
import {
  type FakeCianbox,
  type Handler,
  page,
  productRow,
  refuse,
  sendJson,
  startFakeCianbox,
} from './fake-cianbox.js'
import { createTestClient } from './test-client.js'

let fake: FakeCianbox
let client: CianboxClient | undefined
const firstPage = { page: 1, limit: 10 }
/** Without retries, so that each failure is visible. */
const once = { retry: { attempts: 1 } }

beforeEach(async () => {
  fake = await startFakeCianbox()
})
afterEach(async () => {
  await client?.close()
  await fake.close()
})

function connect(options: Partial<CianboxClientOptions> = {}): CianboxClient {
  client = createTestClient(fake, options)
  return client
}

const raw =
  (body: string | Buffer, headers: Record<string, string> = {}): Handler =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers })
    response.end(body)
  }

describe('invalid responses', () => {
  test.each<[string, Handler, string]>([
    ['truncated JSON', raw('{"status":"ok","body":[{"id":1,'), 'malformed'],
    ['HTML under HTTP 200', raw('<html>mantenimiento</html>', { 'content-type': 'text/html' }), 'HTML'],
    [
      'JSON declared as text',
      raw('{"status":"ok","body":[]}', { 'content-type': 'text/plain' }),
      'text/plain',
    ],
    ['an empty body', raw(''), 'empty body'],
    ['a body that is no list', raw('{"status":"ok","body":"hola"}'), 'no list'],
    ['JSON that is no object', raw('[1,2]'), 'no object'],
    ['an encoding that was not requested', raw('x', { 'content-encoding': 'br' }), 'decompressed'],
    ['gzip that is none', raw('not gzip', { 'content-encoding': 'gzip' }), 'decompressed'],
  ])('%s is an invalid response', async (_, handler, expected) => {
    fake.on('/productos', handler)
    await expect(connect(once).listProducts(firstPage)).rejects.toMatchObject({
      kind: 'invalid_response',
      message: expect.stringContaining(expected),
      operatorMessage: expect.stringMatching(/^Cianbox respondió/),
    })
  })

  test('JSON with a text content type is accepted if that is allowed', async () => {
    fake.on('/productos', raw('{"status":"ok","body":[]}', { 'content-type': 'text/plain' }))
    await expect(connect({ requireJsonType: false }).listProducts(firstPage)).resolves.toMatchObject({
      received: 0,
    })
  })

  test('a redirect is not followed', async () => {
    fake.on('/productos', refuse(302, { location: `${fake.url}/elsewhere` }))
    await expect(connect().listProducts(firstPage)).rejects.toMatchObject({
      kind: 'invalid_response',
      status: 302,
      retryable: false,
    })
    expect(fake.count('/elsewhere')).toBe(0)
  })

  test.each([
    ['at the top', { status: 'error', statusMessage: 'Base en mantenimiento' }],
    ['in the body', { status: 'ok', body: { status: 'error', descripcion: 'Base en mantenimiento' } }],
  ])('"error" %s with HTTP 200 is retried once, then thrown', async (_, json) => {
    fake.on('/productos', (_request, response) => sendJson(response, 200, json))
    await expect(connect().listProducts(firstPage)).rejects.toMatchObject({
      kind: 'server_error',
      status: 200,
      upstreamMessage: 'Base en mantenimiento',
    })
    expect(fake.count('/productos')).toBe(2)
  })

  test('the other dialect is recognised, and not retryable', async () => {
    fake.on('/productos', (_, response) => sendJson(response, 200, { data: [], total: 0 }))
    await expect(connect().listProducts(firstPage)).rejects.toMatchObject({
      kind: 'invalid_response',
      retryable: false,
      operatorMessage: expect.stringContaining('dialecto simple'),
    })
  })
})

describe('size', () => {
  const maxBytes = 64 * 1024

  test('requests gzip and decompresses it', async () => {
    const body = gzipSync(JSON.stringify({ status: 'ok', body: [productRow(1)], page: '1' }))
    fake.on('/productos', raw(body, { 'content-encoding': 'gzip' }))
    await expect(connect().listProducts(firstPage)).resolves.toMatchObject({ received: 1, page: 1 })
    expect(fake.seen.at(-1)?.headers['accept-encoding']).toBe('gzip')
  })

  test('a decompression bomb is stopped while it streams', async () => {
    let isCut = false
    fake.on('/productos', (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      const gzip = createGzip({ level: constants.Z_BEST_COMPRESSION })
      const zeros = Buffer.alloc(1024 * 1024)
      const fill = () => {
        while (!isCut && gzip.write(zeros));
      }
      gzip.on('drain', fill)
      gzip.pipe(response)
      response.on('close', () => {
        isCut = true
        gzip.destroy()
      })
      fill()
    })
    const records: RequestRecord[] = []
    const error = connect({ maxBytes, onRequest: (record) => records.push(record) }).listProducts(firstPage)
    await expect(error).rejects.toMatchObject({ kind: 'too_large', retryable: false })
    expect(records.at(-1)?.bytes).toBeLessThan(maxBytes)
    await expect.poll(() => isCut).toBe(true)
  })

  test('an endless uncompressed body is stopped too', async () => {
    fake.on('/productos', raw('x'.repeat(maxBytes + 1)))
    await expect(connect({ maxBytes }).listProducts(firstPage)).rejects.toMatchObject({ kind: 'too_large' })
  })
})

describe('time', () => {
  test('a server that never sends headers', async () => {
    fake.on('/productos', () => {})
    await expect(
      connect({ ...once, timeouts: { headersMs: 60 } }).listProducts(firstPage),
    ).rejects.toMatchObject({
      kind: 'timeout',
      message: '/productos: no answer in time',
    })
  })

  test('a body that stops in the middle', async () => {
    fake.on('/productos', (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{')
    })
    await expect(
      connect({ ...once, timeouts: { idleMs: 60 } }).listProducts(firstPage),
    ).rejects.toMatchObject({
      kind: 'timeout',
    })
  })

  test('a slow but endless body', async () => {
    fake.on('/productos', (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const drip = setInterval(() => response.write(' '), 5)
      response.on('close', () => clearInterval(drip))
    })
    await expect(
      connect({ ...once, timeouts: { bodyMs: 80 } }).listProducts(firstPage),
    ).rejects.toMatchObject({
      kind: 'timeout',
      message: '/productos: the body did not arrive in time',
    })
  })
})

describe('connections', () => {
  test('a request whose body is cut is retried', async () => {
    fake.on(
      '/productos',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
        response.write('{"status":"ok"', () => response.destroy())
      },
      (_, response) => page(response, [productRow(1)]),
    )
    const records: RequestRecord[] = []
    await connect({ onRequest: (record) => records.push(record) }).listProducts(firstPage)
    expect(records.map(({ route, attempt, status }) => [route, attempt, status])).toEqual([
      ['/auth/credentials', 1, 200],
      ['/productos', 1, 200],
      ['/productos', 2, 200],
    ])
  })

  test('a closed port is unreachable', async () => {
    const server: Server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    const records: RequestRecord[] = []
    const options = {
      ...once,
      baseUrl: `http://127.0.0.1:${port}`,
      onRequest: (r: RequestRecord) => records.push(r),
    }
    await expect(connect(options).testConnection()).rejects.toMatchObject({
      kind: 'unreachable',
      retryable: true,
    })
    expect(records).toMatchObject([{ route: '/auth/credentials', status: null, bytes: 0 }])
  })
})
