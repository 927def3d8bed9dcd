import type { CompleteData, ErrorData, ProgressData, Run, StreamEvent } from '@espejo/contract'

export const RUN_ID = 'r7k2m9'
const AT = '2026-11-24T12:00:00.000Z'

export function started(runId = RUN_ID): StreamEvent {
  const data = {
    message: 'Iniciando sincronización de productos',
    timestamp: AT,
    runId,
    mode: 'full' as const,
  }
  return { event: 'start', id: `${runId}.1`, data }
}

/** The frame of one page of 25, of 200 products each. */
export function progressed(page: number, changes: Partial<ProgressData> = {}, runId = RUN_ID): StreamEvent {
  const seen = page * 200
  const data: ProgressData = {
    page,
    totalPages: 25,
    productsInPage: 200,
    totalProcessed: seen,
    created: seen,
    updated: 0,
    errors: 0,
    percent: page * 4,
    unchanged: 0,
    seen,
    phase: 'products',
    ratePerSecond: 410.2,
    etaSeconds: 6,
    requests: page,
    waiting: null,
    ...changes,
  }
  return { event: 'progress', id: `${runId}.${page + 1}`, data }
}

export function completed(changes: Partial<CompleteData> = {}, runId = RUN_ID): StreamEvent {
  const data: CompleteData = {
    success: true,
    totalProducts: 4987,
    created: 4702,
    updated: 210,
    errors: 3,
    pages: 25,
    duration: 11_873,
    timestamp: AT,
    unchanged: 75,
    retired: 4,
    requests: 39,
    ...changes,
  }
  return { event: 'complete', id: `${runId}.100`, data }
}

export function failedWith(code: ErrorData['code'], message = 'No se pudo', runId = RUN_ID): StreamEvent {
  return { event: 'error', id: `${runId}.100`, data: { success: false, message, timestamp: AT, code } }
}

/** @param sentAt the server's clock, in milliseconds since the epoch */
export function ping(sentAt = Date.parse(AT)): StreamEvent {
  return { event: 'ping', data: { timestamp: new Date(sentAt).toISOString() } }
}

export function runList(...runs: { id: string; status: Run['status'] }[]) {
  return { items: runs, nextCursor: null }
}

/** The run as the API shows it after a page of 25, of 200 products each. */
export function runAt(page: number, changes: Partial<Run> = {}): Run {
  const seen = page * 200
  return {
    id: RUN_ID,
    mode: 'full',
    dryRun: false,
    status: 'running',
    phase: 'products',
    page,
    totalPages: 25,
    totalProcessed: seen,
    created: seen,
    updated: 0,
    unchanged: 0,
    errors: 0,
    seen,
    retired: 0,
    percent: page * 4,
    requests: page,
    waiting: null,
    ratePerSecond: 410.2,
    etaSeconds: 6,
    startedBy: null,
    startedByName: null,
    createdAt: AT,
    startedAt: AT,
    endedAt: null,
    error: null,
    ...changes,
  }
}
