import type { Pool } from '../db/pool.js'
import { readIntent, SupersededError, showLife } from '../runs/held-run.js'
import type { RunRow } from '../runs/run-row.js'

/**
 * Why a run stops before its end, other than by failing: a person's wish, a worker that is leaving,
 * or another worker that holds the run now.
 */
export type Stop = 'cancel' | 'pause' | 'handover' | 'superseded'

/** One signal for all that can stop a run in the middle, and the first reason that did. */
export interface StopWatch {
  readonly signal: AbortSignal
  request(reason: Stop): void
  reason(): Stop | null
  close(): void
}

/** How often a person's wish to cancel or pause is looked for. */
const INTENT_INTERVAL_MS = 1000
/** Every how many of those looks the run's row is told that its worker lives. */
const LOOKS_A_BEAT = 10

/** @param leaving aborted when this worker stops, or has lost the job. */
export function watchForStop(pool: Pool, run: RunRow, leaving: AbortSignal): StopWatch {
  const controller = new AbortController()
  let reason: Stop | null = null
  const request = (why: Stop) => {
    reason ??= why
    controller.abort()
  }
  const handOver = () => request('handover')
  if (leaving.aborted) handOver()
  leaving.addEventListener('abort', handOver)
  let looks = 0
  const timer = setInterval(() => {
    looks += 1
    // One that cannot be written is made up for by the next.
    if (looks % LOOKS_A_BEAT === 0) void showLife(pool, run).catch(() => undefined)
    readIntent(pool, run).then(
      (intent) => intent && request(intent),
      (error) => error instanceof SupersededError && request('superseded'),
    )
  }, INTENT_INTERVAL_MS)
  return {
    signal: controller.signal,
    request,
    reason: () => reason,
    close() {
      clearInterval(timer)
      leaving.removeEventListener('abort', handOver)
    },
  }
}
