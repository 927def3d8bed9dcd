import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defaultSleep } from '../src/http/abort.js'
import {
  type CianboxClient,
  type CianboxClientOptions,
  createCircuitBreaker,
  type Limiter,
  type Waiting,
} from '../src/index.js'
import { type FakeCianbox, page, productRow, refuse, startFakeCianbox } from './fake-cianbox.js'
import { createTestClient, createTestClock, type TestClock } from './test-client.js'

let fake: FakeCianbox
let clock: TestClock
let client: CianboxClient | undefined
const firstPage = { page: 1, limit: 10 }

beforeEach(async () => {
  fake = await startFakeCianbox()
  clock = createTestClock()
})
afterEach(async () => {
  await client?.close()
  await fake.close()
})

function connect(options: Partial<CianboxClientOptions> = {}): CianboxClient {
  client = createTestClient(fake, { now: clock.now, sleep: clock.sleep, ...options })
  return client
}

function failThenAnswer(...failures: Parameters<typeof refuse>[]) {
  fake.on('/productos', ...failures.map((failure) => refuse(...failure)), (_, response) =>
    page(response, [productRow(1)]),
  )
}

describe('Retry-After is the least delay', () => {
  test.each([
    ['in seconds', { 'retry-after': '7' }, 7_000],
    [
      'as a date, by the clock of the server',
      { date: 'Tue, 01 Jan 2019 10:00:00 GMT', 'retry-after': 'Tue, 01 Jan 2019 10:00:09 GMT' },
      9_000,
    ],
    ['absurd, so capped at five minutes', { 'retry-after': '999999999' }, 300_000],
    ['absent, so the backoff alone', {}, 250],
    ['unreadable, so the backoff alone', { 'retry-after': 'soon' }, 250],
  ])('%s', async (_, headers, expected) => {
    failThenAnswer([429, headers])
    await connect({ random: () => 0.5 }).listProducts(firstPage)
    expect(clock.sleeps).toEqual([expected])
  })

  test('and delays every other request of the client', async () => {
    const waits: number[] = []
    let wakeUp = () => {}
    const awake = new Promise<void>((resolve) => {
      wakeUp = resolve
    })
    const connected = connect({
      sleep: (ms) => {
        waits.push(ms)
        return awake
      },
    })
    failThenAnswer([429, { 'retry-after': '60' }])
    const first = connected.listProducts(firstPage)
    await expect.poll(() => waits).toEqual([60_000])
    const second = connected.listProducts(firstPage)
    await expect.poll(() => waits).toEqual([60_000, 60_000])
    expect(fake.count('/productos')).toBe(1)
    wakeUp()
    await Promise.all([first, second])
    expect(fake.count('/productos')).toBe(3)
  })
})

describe('a limiter shared with other processes', () => {
  const passing = (block: (ms: number) => Promise<void>): Limiter => ({ run: (send) => send(), block })

  test('gets every pause that the server requests, limited by the client', async () => {
    const pauses: number[] = []
    failThenAnswer([429, { 'retry-after': '7' }], [503, { 'retry-after': '999999' }], [429, {}])
    const limiter = passing(async (ms) => void pauses.push(ms))
    await connect({ limiter }).listProducts(firstPage)
    expect(pauses).toEqual([7_000, 300_000])
  })

  test('gets no pause of our own, and its failure is ignored', async () => {
    const pauses: number[] = []
    fake.on('/productos', refuse(503))
    const breaker = createCircuitBreaker({ failures: 1 })
    const limiter = passing(async (ms) => void pauses.push(ms))
    await expect(connect({ limiter, breaker }).listProducts(firstPage)).rejects.toMatchObject({
      kind: 'unreachable',
    })
    expect(pauses).toEqual([])
    await client?.close()

    failThenAnswer([429, { 'retry-after': '7' }])
    const failing = passing(() => Promise.reject(new Error('no database')))
    await connect({ limiter: failing }).listProducts(firstPage)
    expect(clock.sleeps.at(-1)).toBe(7_000)
  })

  test('reports why a request waits, and may wait twice', async () => {
    const start = clock.now()
    const waits: (Waiting | null)[] = []
    const limiter: Limiter = {
      run: (send, _signal, onDelay) => {
        onDelay?.(new Date(start + 60_000), 'retry_after')
        onDelay?.(new Date(start + 62_000))
        return send()
      },
    }
    failThenAnswer()
    await connect({ limiter, onWaiting: (waiting) => waits.push(waiting) }).listProducts(firstPage)
    const once = [
      { reason: 'retry_after', until: new Date(start + 60_000) },
      null,
      { reason: 'rate_limit', until: new Date(start + 62_000) },
      null,
    ]
    // The login, and the page.
    expect(waits).toEqual([...once, ...once])
  })
})

describe('backoff', () => {
  test('doubles, with full jitter, up to the number of attempts', async () => {
    fake.on('/productos', refuse(503))
    await expect(connect({ random: () => 0.5 }).listProducts(firstPage)).rejects.toMatchObject({
      kind: 'server_error',
      status: 503,
      retryable: true,
    })
    expect(clock.sleeps).toEqual([250, 500, 1_000, 2_000])
    expect(fake.count('/productos')).toBe(5)
  })

  test.each([400, 403, 404, 405])('does not apply to HTTP %i', async (status) => {
    fake.on('/productos', refuse(status))
    await expect(connect().listProducts(firstPage)).rejects.toMatchObject({ status, retryable: false })
    expect(fake.count('/productos')).toBe(1)
  })

  test('does not apply to a write that may have been executed', async () => {
    fake.on('/general/notificaciones/alta', refuse(500))
    const webhook = { events: 'all', url: 'https://espejo.test/hook/abc' } as const
    await expect(connect().notifications.register(webhook)).rejects.toMatchObject({ kind: 'server_error' })
    expect(fake.count('/general/notificaciones/alta')).toBe(1)
  })

  test('is stopped by an abort', async () => {
    fake.on('/productos', refuse(503))
    const controller = new AbortController()
    const waits: (Waiting | null)[] = []
    const connected = connect({
      // A real one, far longer than the test.
      sleep: defaultSleep,
      random: () => 0.999,
      retry: { baseDelayMs: 3_600_000, maxDelayMs: 3_600_000 },
      onWaiting: (waiting) => {
        waits.push(waiting)
        if (waiting?.reason === 'backoff') controller.abort()
      },
    })
    await expect(connected.listProducts({ ...firstPage, signal: controller.signal })).rejects.toMatchObject({
      kind: 'aborted',
      retryable: false,
    })
    expect(waits.at(-1)).toBeNull()
    expect(fake.count('/productos')).toBe(1)
  })
})

describe('hooks', () => {
  test('report why requests wait, until when, and the end of the wait', async () => {
    const start = clock.now()
    const waits: (Waiting | null)[] = []
    failThenAnswer([503], [429, { 'retry-after': '7' }])
    await connect({ random: () => 0.5, onWaiting: (waiting) => waits.push(waiting) }).listProducts(firstPage)
    expect(waits).toEqual([
      { reason: 'backoff', until: new Date(start + 250) },
      null,
      { reason: 'retry_after', until: new Date(start + 250 + 7_000) },
      null,
    ])
  })

  test('get every request, the login included', async () => {
    const records: unknown[] = []
    failThenAnswer([500])
    await connect({
      onRequest: ({ route, attempt, status }) => records.push([route, attempt, status]),
    }).listProducts(firstPage)
    expect(records).toEqual([
      ['/auth/credentials', 1, 200],
      ['/productos', 1, 500],
      ['/productos', 2, 200],
    ])
  })

  test('that throw have no effect', async () => {
    const boom = () => {
      throw new Error('boom')
    }
    failThenAnswer([500])
    await expect(connect({ onRequest: boom, onWaiting: boom }).listProducts(firstPage)).resolves.toBeDefined()
  })
})

test('an injected limiter is used for every request', async () => {
  const order: string[] = []
  const limiter: Limiter = {
    run: async (send, _signal, onDelay) => {
      order.push('requested')
      onDelay?.(null)
      return send()
    },
  }
  const waits: (Waiting | null)[] = []
  await connect({ limiter, onWaiting: (waiting) => waits.push(waiting) }).listProducts(firstPage)
  expect(order).toEqual(['requested', 'requested'])
  expect(waits).toEqual([
    { reason: 'rate_limit', until: null },
    null,
    { reason: 'rate_limit', until: null },
    null,
  ])
})

test('an open circuit sends no request', async () => {
  fake.on('/productos', refuse(500))
  const breaker = createCircuitBreaker({ failures: 3, openMs: 60_000 })
  const reasons: (string | undefined)[] = []
  const connected = connect({
    breaker,
    retry: { attempts: 3 },
    onWaiting: (waiting) => void reasons.push(waiting?.reason),
  })
  await expect(connected.listProducts(firstPage)).rejects.toMatchObject({ kind: 'server_error' })
  const sent = fake.seen.length
  expect(reasons).not.toContain('circuit_open')
  await expect(connected.listProducts(firstPage)).rejects.toMatchObject({
    kind: 'unreachable',
    retryable: true,
    circuitOpen: true,
  })
  expect(fake.seen).toHaveLength(sent)
  expect(reasons).toContain('circuit_open')
})

test('a closed client refuses new calls, and aborts running ones', async () => {
  const requested = new Promise<void>((resolve) => fake.on('/productos', () => resolve()))
  const connected = connect()
  const pending = connected.listProducts(firstPage)
  await requested
  const outcome = expect(pending).rejects.toMatchObject({ kind: 'aborted' })
  await connected.close()
  await outcome
  await expect(connected.testConnection()).rejects.toMatchObject({ kind: 'aborted' })
})

test('an abort before the call sends nothing', async () => {
  await expect(connect().listProducts({ ...firstPage, signal: AbortSignal.abort() })).rejects.toMatchObject({
    kind: 'aborted',
  })
  expect(fake.seen).toHaveLength(0)
})
