import { isFinal, type LoggedEvent, type RunStatus } from '@espejo/contract'
import type { QueryConfig } from 'pg'
import type { Pool, Tx } from '../db/pool.js'

/** An event as stored. `data` is JSON text, which viewers are sent unchanged. */
export interface StoredEvent {
  seq: number
  event: LoggedEvent['event']
  data: string
}

/** What a viewer with a given cursor has to be sent. */
export interface LogTail {
  /** Position of the newest event. */
  seq: number
  /** `start` if it is past the cursor, then the newest one or two events past it, in order. */
  events: StoredEvent[]
  /** Whether the run has had its ending, which is then the newest event. */
  ended: boolean
}

/** Which part of a run's log to read. */
export interface TailRequest {
  tenantId: string
  runId: string
  /** Position of the newest event that the viewer has; 0: none. */
  afterSeq: number
}

/**
 * Reads what viewers have to be sent, of many runs of any tenants in one query. Each progress frame
 * includes all that earlier ones said, so only the newest is read, and the one before an ending.
 *
 * @param timeoutMs of the query; left out: none of its own
 * @returns in the order of the requests; null where the tenant has no such run
 */
export async function readTails(
  db: Pick<Pool | Tx, 'query'>,
  requests: readonly TailRequest[],
  timeoutMs?: number,
): Promise<(LogTail | null)[]> {
  const query: QueryConfig & { query_timeout?: number } = {
    text: `SELECT nth, head::float8 AS head, status, seq::float8 AS seq, event, data::text AS data
             FROM app.run_tails($1, $2, $3)`,
    values: [
      requests.map(({ tenantId }) => tenantId),
      requests.map(({ runId }) => runId),
      requests.map(({ afterSeq }) => afterSeq),
    ],
    ...(timeoutMs === undefined ? {} : { query_timeout: timeoutMs }),
  }
  const { rows } = await db.query<TailRow>(query)
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

/** Keeps of consecutive progress frames only the last one. */
function withoutSuperseded(events: StoredEvent[]): StoredEvent[] {
  return events.filter(({ event }, i) => event !== 'progress' || events[i + 1]?.event !== 'progress')
}

/** Every event of a run in order, for those who want the log and not the present. */
export async function readLog(
  tx: Tx,
  tenantId: string,
  runId: string,
  afterSeq: number,
  limit: number,
): Promise<StoredEvent[]> {
  const { rows } = await tx.query<StoredEvent>(
    `SELECT seq::float8 AS seq, event, data::text AS data FROM app.run_events
      WHERE tenant_id = $1 AND run_id = $2 AND seq > $3 ORDER BY seq LIMIT $4`,
    [tenantId, runId, afterSeq, limit],
  )
  return rows
}

/** Appends one event. The caller has moved the run's `seq` to this one in the same transaction. */
export async function appendEvent(
  tx: Tx,
  tenantId: string,
  runId: string,
  seq: number,
  logged: LoggedEvent,
): Promise<void> {
  await tx.query(
    'INSERT INTO app.run_events (tenant_id, run_id, seq, event, data) VALUES ($1, $2, $3, $4, $5)',
    [tenantId, runId, seq, logged.event, JSON.stringify(logged.data)],
  )
}
