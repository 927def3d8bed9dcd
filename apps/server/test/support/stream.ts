import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CompleteData, LoggedEvent, ProgressData, Role } from '@espejo/contract'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import express from 'express'
import { pino } from 'pino'
import { expect } from 'vitest'
import type { Session } from '../../src/accounts/session.js'
import { type Pool, withTenant } from '../../src/db/pool.js'
import { problemHandler } from '../../src/http/problem.js'
import { createFastPath } from '../../src/http/stream/fast-path.js'
import { createRawHttpHost } from '../../src/http/stream/raw-http-host.js'
import { createStreamRouter } from '../../src/http/stream/stream-routes.js'
import { createTickets, type Tickets } from '../../src/http/stream/tickets.js'
import { appendEvent } from '../../src/runs/event-log.js'
import { claimRun, commitProgress, endRun } from '../../src/runs/held-run.js'
import { newId } from '../../src/runs/ids.js'
import { errorEvent, startEvent } from '../../src/runs/pure/messages.js'
import { createRunControl } from '../../src/runs/run-control.js'
import type { RunState } from '../../src/runs/run-state.js'
import { insertRun } from '../../src/runs/run-store.js'
import { createChangesReader } from '../../src/stream/changes-reader.js'
import { createStreamHub, type StreamHub } from '../../src/stream/hub.js'
import type { HubOptions } from '../../src/stream/hub-options.js'
import { createTailReader } from '../../src/stream/tail-reader.js'

export async function addTenant(pool: Pool, tenantId: string): Promise<void> {
  await withTenant(pool, tenantId, (tx) =>
    tx.query('INSERT INTO app.tenants VALUES ($1, $1) ON CONFLICT DO NOTHING', [tenantId]),
  )
}

/** A run that the test executes itself, one committed page or ending at a time. */
export interface TestRun {
  id: string
  tenantId: string
  /** Commits a page with a progress event, and calls `onEvent`. Returns the event's seq. */
  page(extra?: Partial<ProgressData>): Promise<number>
  complete(): Promise<void>
  fail(message: string): Promise<void>
}

export async function beginRun(
  pool: Pool,
  tenantId: string,
  onEvent: (runId: string) => void = () => undefined,
): Promise<TestRun> {
  const id = newId()
  await withTenant(pool, tenantId, async (tx) => {
    const run = { id, mode: 'full' as const, dryRun: false, requestedIds: null, startedBy: null }
    if (!(await insertRun(tx, tenantId, run))) throw new Error(`${tenantId} has an active run`)
    await appendEvent(tx, tenantId, id, 1, startEvent(run, new Date()))
  })
  onEvent(id)
  return workOnRun(pool, tenantId, id, onEvent)
}

/** Claims an existing run. */
export async function workOnRun(
  pool: Pool,
  tenantId: string,
  runId: string,
  onEvent: (runId: string) => void,
): Promise<TestRun> {
  const row = await claimRun(pool, tenantId, runId)
  if (!row) throw new Error(`Cannot claim ${runId}`)
  const claimed = { ...row }
  let page = 0
  const end = async (trigger: 'complete' | 'fail', ending: LoggedEvent) => {
    await endRun(pool, claimed, { trigger, state: stateAt(claimed, page), event: ending })
    onEvent(runId)
  }
  return {
    id: runId,
    tenantId,
    async page(extra = {}) {
      page += 1
      const logged: LoggedEvent = { event: 'progress', data: { ...progressAt(page), ...extra } }
      const { seq } = await withTenant(pool, tenantId, (tx) =>
        commitProgress(tx, claimed, stateAt(claimed, page), logged, true),
      )
      claimed.seq = seq
      onEvent(runId)
      return seq
    },
    complete: () => end('complete', { event: 'complete', data: completeAt(page) }),
    fail: (message) => end('fail', errorEvent('upstream_auth', message, new Date())),
  }
}

export interface TestServer {
  url: string
  hub: StreamHub
  tickets: Tickets
  server: Server
  close(): Promise<void>
}

/**
 * The routes of the streams on a real server, with sessions by {@link bearer}. As in the application, the fast path
 * answers plain requests for a stream; with `isMounted` Express answers all of them.
 */
export async function serveStreams(
  pool: Pool,
  options: Partial<HubOptions> & {
    now?: () => Date
    onEvent?: (runId: string) => void
    isMounted?: boolean
  } = {},
): Promise<TestServer> {
  const now = options.now ?? (() => new Date())
  const hub = createStreamHub({
    read: createTailReader({ pool, gapMs: 1 }),
    readChanges: createChangesReader(pool),
    onError: throwIt,
    ...options,
    now,
  })
  const tickets = createTickets({
    pool,
    key: new Uint8Array(32).fill(7),
    now,
    isSessionLive: async () => true,
  })
  const queue = { enqueue: async () => undefined, work: async () => undefined, stop: async () => undefined }
  const onEvent = options.onEvent ?? ((runId: string) => hub.wake([runId]))
  const runControl = createRunControl({ pool, queue, now, onEvent })
  const verifyToken = async (token: string) => readToken(token, now())
  const authenticate = async (req: IncomingMessage) => {
    const token =
      req.headers.authorization?.replace('Bearer ', '') ??
      /session=([^;]+)/.exec(req.headers.cookie ?? '')?.[1]
    return token === undefined ? null : verifyToken(token)
  }
  const streams = { hub, runControl, pool, tickets, authenticate, verifyToken }
  const onUnexpected = (error: unknown) => console.error(error)
  const app = express()
  app.use('/api', createStreamRouter(streams))
  app.use(problemHandler({ onUnexpected }))
  const host = createRawHttpHost({
    log: pino({ level: 'silent' }),
    metrics: { count: () => undefined },
    onUnexpectedError: onUnexpected,
  })
  const isServed = createFastPath('/api', streams, host)
  const server = createServer((req, res) => {
    if (options.isMounted || !isServed(req, res)) app(req, res)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    hub,
    tickets,
    server,
    async close() {
      hub.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

/** A token that only the tests' server accepts: user, tenant, role and expiry. */
export function tokenOf(
  tenantId: string,
  role: Role = 'operator',
  expiresAt = Date.now() + 3_600_000,
): string {
  return [tenantId, `user-of-${tenantId}`, role, expiresAt].join('~')
}

export function bearer(...who: Parameters<typeof tokenOf>): Record<string, string> {
  return { authorization: `Bearer ${tokenOf(...who)}` }
}

function readToken(token: string, now: Date): Session | null {
  const [tenantId, userId, role, expires] = token.split('~')
  if (!tenantId || !userId || !role || Number(expires) <= now.getTime()) return null
  return { tenantId, userId, role: role as Role, expiresAt: new Date(Number(expires)) }
}

export interface OpenStream {
  status: number
  headers: Headers
  /** The events that have arrived, without pings. */
  events: EventSourceMessage[]
  pings: EventSourceMessage[]
  /** The values of `retry:` fields, in milliseconds. */
  retries: number[]
  isOver(): boolean
  /** Resolves when the server has closed the stream. */
  over: Promise<void>
  /** Resolves with the first event of that name, also one that has arrived already. */
  event(name: string): Promise<EventSourceMessage>
  close(): void
}

/** Opens a stream with the built-in `fetch` and the published parser. */
export async function openStream(url: string, headers: Record<string, string>): Promise<OpenStream> {
  const controller = new AbortController()
  const response = await fetch(url, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: controller.signal,
  })
  const events: EventSourceMessage[] = []
  const pings: EventSourceMessage[] = []
  const retries: number[] = []
  let isOver = false
  const parser = createParser({
    onEvent: (event) => void (event.event === 'ping' ? pings : events).push(event),
    onRetry: (ms) => void retries.push(ms),
    onError: throwIt,
  })
  const read = async () => {
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }))
  }
  const over = read()
    .catch(() => undefined)
    .finally(() => {
      isOver = true
    })
  return {
    status: response.status,
    headers: response.headers,
    events,
    pings,
    retries,
    isOver: () => isOver,
    over,
    async event(name) {
      const find = () => [...events, ...pings].find((event) => event.event === name)
      await expect.poll(find, { timeout: 10_000, interval: 5 }).toBeDefined()
      return find() as EventSourceMessage
    },
    close: () => controller.abort(),
  }
}

/** `start`, `progress` … of a stream's events. */
export function namesOf(events: readonly { event?: string | undefined }[]): string[] {
  return events.map(({ event = 'message' }) => event)
}

function progressAt(page: number): ProgressData {
  const seen = page * 200
  return {
    page,
    totalPages: 100,
    productsInPage: 200,
    totalProcessed: seen,
    created: seen,
    updated: 0,
    errors: 0,
    percent: Math.min(page, 100),
    unchanged: 0,
    seen,
    phase: 'products',
    ratePerSecond: 400,
    etaSeconds: 10,
    requests: page,
    waiting: null,
  }
}

function completeAt(page: number): CompleteData {
  return {
    success: true,
    totalProducts: page * 200,
    created: page * 200,
    updated: 0,
    errors: 0,
    pages: page,
    duration: 1,
    timestamp: new Date().toISOString(),
    unchanged: 0,
    retired: 0,
    requests: page,
  }
}

/** A run's state after a page. Fields that the stream does not have stay unchanged. */
function stateAt(run: RunState, page: number): RunState {
  const { totalPages, created, percent, phase, requests } = progressAt(page)
  return { ...run, phase, page, totalPages, created, percent, requests }
}

function throwIt(error: unknown): never {
  throw error
}
