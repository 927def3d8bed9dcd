import { isFinal, type RunStatus } from '@espejo/contract'
import type { QueryConfig } from 'pg'
import type { Pool } from '../db/pool.js'
import type { LogTail, StoredEvent } from '../runs/event-log.js'

export interface TailRequest {
  tenantId: string
  runId: string
  /** Position of the newest event already known; 0 for none. */
  afterSeq: number
}

/** `readTail` of `runs/event-log.ts`, for a caller that asks for many runs at once. */
export type ReadTail = (request: TailRequest) => Promise<LogTail | null>

/**
 * Reads the tails of many runs, of any tenants, in one round trip: requests that come within
 * `gapMs` of the last query share the next one. Two hundred runs at four events a second then cost
 * some forty queries a second instead of eight hundred transactions.
 */
export function createTailReader(options: {
  pool: Pool
  /** @defaultValue 25 */
  gapMs?: number
}): ReadTail {
  const { pool, gapMs = 25 } = options
  let waiting: Waiting[] = []
  let lastQueryAt = Number.NEGATIVE_INFINITY

  function send() {
    lastQueryAt = performance.now()
    const all = waiting
    waiting = []
    for (let i = 0; i < all.length; i += MAX_BATCH) void answer(pool, all.slice(i, i + MAX_BATCH))
  }

  return (request) =>
    new Promise((resolve, reject) => {
      waiting.push({ request, resolve, reject })
      if (waiting.length > 1) return
      const delay = lastQueryAt + gapMs - performance.now()
      if (delay > 0) setTimeout(send, delay)
      else setImmediate(send)
    })
}

const MAX_BATCH = 500

interface Waiting {
  request: TailRequest
  resolve: (tail: LogTail | null) => void
  reject: (error: unknown) => void
}

async function answer(pool: Pool, batch: Waiting[]): Promise<void> {
  try {
    const tails = await readTails(
      pool,
      batch.map(({ request }) => request),
    )
    batch.forEach(({ resolve }, i) => {
      resolve(tails[i] ?? null)
    })
  } catch (error) {
    for (const { reject } of batch) reject(error)
  }
}

/** In the order of the requests; null where the tenant has no such run. */
async function readTails(pool: Pool, requests: TailRequest[]): Promise<(LogTail | null)[]> {
  const query: QueryConfig & { query_timeout: number } = {
    text: `SELECT nth, head::float8 AS head, status, seq::float8 AS seq, event, data::text AS data
             FROM app.run_tails($1, $2, $3)`,
    values: [
      requests.map(({ tenantId }) => tenantId),
      requests.map(({ runId }) => runId),
      requests.map(({ afterSeq }) => afterSeq),
    ],
    // A connection that was cut without a word must not silence its runs: the poll takes another.
    query_timeout: 10_000,
  }
  const { rows } = await pool.query<TailRow>(query)
  const tails: (LogTail | null)[] = requests.map(() => null)
  for (const { nth, head, status, ...event } of rows) {
    const tail = tails[nth - 1] ?? { seq: head, events: [], ended: isFinal(status) }
    tails[nth - 1] = tail
    if (event.seq !== null) tail.events.push(event)
  }
  for (const tail of tails) if (tail) tail.events = withoutSuperseded(tail.events)
  return tails
}

type TailRow = { nth: number; head: number; status: RunStatus } & (
  | StoredEvent
  | { seq: null; event: null; data: null }
)

/** Of progress frames in a row only the last one: each says all that the earlier ones said. */
function withoutSuperseded(events: StoredEvent[]): StoredEvent[] {
  return events.filter(({ event }, i) => event !== 'progress' || events[i + 1]?.event !== 'progress')
}
