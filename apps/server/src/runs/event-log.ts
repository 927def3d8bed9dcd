import { isFinal, type LoggedEvent, type RunStatus } from '@espejo/contract'
import type { Tx } from '../db/pool.js'

/** An event as it lies in the log. `data` is JSON text, sent to viewers as it is. */
export interface StoredEvent {
  seq: number
  event: LoggedEvent['event']
  data: string
}

/** A run's log after a viewer's cursor, as a viewer needs it. */
export interface LogTail {
  /** Position of the newest event. */
  seq: number
  /** `start` if it is news, then the newest one or two events, in order. */
  events: StoredEvent[]
  /** Whether the run has had its ending, which is then the newest event. */
  ended: boolean
}

/**
 * What a viewer at `afterSeq` (0: a new one) has to be sent. Of the progress only the newest frame,
 * and the one before an ending: each frame says all that the earlier ones said.
 * @returns null when the tenant has no such run.
 */
export async function readTail(
  tx: Tx,
  tenantId: string,
  runId: string,
  afterSeq: number,
): Promise<LogTail | null> {
  const run = await tx.query<{ seq: number; status: RunStatus }>(
    'SELECT seq::float8 AS seq, status FROM app.runs WHERE tenant_id = $1 AND run_id = $2',
    [tenantId, runId],
  )
  const found = run.rows[0]
  if (!found) return null
  const { rows } = await tx.query<StoredEvent>(
    `SELECT seq::float8 AS seq, event, data::text AS data FROM app.run_events
      WHERE tenant_id = $1 AND run_id = $2 AND seq > $3 AND (seq = 1 OR seq > $4 - 2) AND seq <= $4
      ORDER BY seq`,
    [tenantId, runId, afterSeq, found.seq],
  )
  const events = rows.filter((event, i) => event.event !== 'progress' || rows[i + 1]?.event !== 'progress')
  return { seq: found.seq, events, ended: isFinal(found.status) }
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
