import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { formatCursor, type Run } from '@espejo/contract'
import { type Pool, withTenant } from '../../db/pool.js'
import { readLog, readTails, type StoredEvent } from '../../runs/event-log.js'
import { toRun } from '../../runs/run-row.js'
import { findRun } from '../../runs/run-store.js'
import { jsonLine } from '../../stream/pure/encode.js'

/**
 * Writes a run's log past `afterSeq` as NDJSON, up to its current end. Reads one page at a time, and
 * waits with the next one while the client has not read the last.
 */
export async function writeRunLog(
  res: ServerResponse,
  pool: Pool,
  run: { tenantId: string; runId: string },
  afterSeq: number,
): Promise<void> {
  const { tenantId, runId } = run
  const closed = new AbortController()
  res.on('error', () => undefined)
  res.once('close', () => closed.abort())
  res.writeHead(200, { 'Content-Type': 'application/x-ndjson; charset=utf-8', 'Cache-Control': 'no-store' })
  for (let after = afterSeq; res.req.method !== 'HEAD' && !res.destroyed; ) {
    const page = await withTenant(pool, tenantId, (tx) => readLog(tx, tenantId, runId, after, PAGE))
    const lines = page.map((event) => logLine(runId, event)).join('')
    const isReady = lines === '' || res.write(lines)
    const last = page.at(-1)
    if (!last || page.length < PAGE) break
    after = last.seq
    if (!isReady) await once(res, 'drain', { signal: closed.signal }).catch(() => undefined)
  }
  res.end()
}

/** One event as one line of JSON. `data` is stored as JSON, so it is inserted as it is. */
function logLine(runId: string, { seq, event, data }: StoredEvent): string {
  return `{"id":"${formatCursor(runId, seq)}","event":"${event}","data":${jsonLine(data)}}\n`
}

/** A run, and the events that a new viewer would get now. */
export interface RunSnapshot {
  run: Run
  events: { id: string; event: string; data: unknown }[]
  /** Cursor from which to continue. */
  lastEventId: string
}

/** @returns null when the tenant has no such run */
export async function readSnapshot(
  pool: Pool,
  run: { tenantId: string; runId: string },
): Promise<RunSnapshot | null> {
  const { tenantId, runId } = run
  return withTenant(pool, tenantId, async (tx) => {
    const row = await findRun(tx, tenantId, runId)
    const [tail] = row ? await readTails(tx, [{ tenantId, runId, afterSeq: 0 }]) : []
    if (!row || !tail) return null
    return {
      run: toRun(row),
      events: tail.events.map(({ seq, event, data }) => ({
        id: formatCursor(runId, seq),
        event,
        data: JSON.parse(data) as unknown,
      })),
      lastEventId: formatCursor(runId, tail.seq),
    }
  })
}

const PAGE = 500
