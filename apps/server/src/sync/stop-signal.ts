import type { Pool } from '../db/pool.js'
import { SupersededError, writeHeartbeat } from '../runs/held-run.js'
import type { PinnedSettings } from '../runs/pinned-settings.js'
import { pollHeldRun } from '../runs/poll-held-run.js'
import type { RunRow } from '../runs/run-row.js'
import type { RunFailure } from './failure.js'
import { connectionFailure } from './settings-change.js'

/**
 * Why a run stops before it is complete: a person's request (`cancel`, `pause`), this worker stopping or losing the job
 * (`handover`), a claim of another worker (`superseded`), or a connection that was deleted, deactivated or changed
 * (a failure, which becomes the run's ending).
 */
export type Stop = 'cancel' | 'pause' | 'handover' | 'superseded' | RunFailure

/** One abort signal for every reason to stop a run, and the first reason that occurred. */
export interface StopSignal {
  readonly signal: AbortSignal
  request(reason: Stop): void
  /** The first reason; null while the run continues. */
  reason(): Stop | null
  /** From now on the connection is compared with these settings. */
  pinned(settings: PinnedSettings): void
  close(): void
}

/** How often the run's intent and the connection are polled. */
const POLL_INTERVAL_MS = 1000
/** One heartbeat is written per so many polls. */
const POLLS_PER_HEARTBEAT = 10

/** @param leaving aborted when this worker stops, or has lost the job */
export function createStopSignal(pool: Pool, run: RunRow, leaving: AbortSignal): StopSignal {
  const controller = new AbortController()
  let reason: Stop | null = null
  let settings: PinnedSettings | null = null
  const request = (why: Stop) => {
    reason ??= why
    controller.abort()
  }
  const handOver = () => request('handover')
  if (leaving.aborted) handOver()
  leaving.addEventListener('abort', handOver)

  async function poll(): Promise<void> {
    try {
      const { intent, connection } = await pollHeldRun(pool, run)
      const stop = intent ?? connectionFailure(connection, settings)
      if (stop) request(stop)
    } catch (error) {
      // Other errors are ignored: the next poll repeats the query.
      if (error instanceof SupersededError) request('superseded')
    }
  }

  let polls = 0
  let isPolling = false
  const timer = setInterval(() => {
    polls += 1
    // A failed heartbeat is ignored: the next one follows.
    if (polls % POLLS_PER_HEARTBEAT === 0) void writeHeartbeat(pool, run).catch(() => undefined)
    // One at a time, so that polls do not accumulate on a slow database.
    if (isPolling) return
    isPolling = true
    void poll().finally(() => {
      isPolling = false
    })
  }, POLL_INTERVAL_MS)
  return {
    signal: controller.signal,
    request,
    reason: () => reason,
    pinned(pinned) {
      settings = pinned
    },
    close() {
      clearInterval(timer)
      leaving.removeEventListener('abort', handOver)
    },
  }
}
