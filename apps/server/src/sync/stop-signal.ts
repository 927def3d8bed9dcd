import type { Pool } from '../db/pool.js'
import { SupersededError, writeHeartbeat } from '../runs/held-run.js'
import type { PinnedSettings } from '../runs/pinned-settings.js'
import { pollHeldRun } from '../runs/poll-held-run.js'
import type { RunRow } from '../runs/run-row.js'
import type { RunFailure } from './failure.js'
import { connectionFailure } from './settings-change.js'

/**
 * Why a run stops in the middle: a person's wish, a worker that is leaving, another worker that holds the
 * run now, or a connection that is gone, inactive or another one (then the run's ending).
 */
export type Stop = 'cancel' | 'pause' | 'handover' | 'superseded' | RunFailure

/** One signal for all that can stop a run in the middle, and the first reason that did. */
export interface StopSignal {
  readonly signal: AbortSignal
  request(reason: Stop): void
  reason(): Stop | null
  /** From here on the connection is compared with this world. */
  pinned(world: PinnedSettings): void
  close(): void
}

/** How often the run's row and the connection are looked at. */
const POLL_INTERVAL_MS = 1000
/** Every how many of those looks the run's row is told that its worker lives. */
const POLLS_PER_HEARTBEAT = 10

/** @param leaving aborted when this worker stops, or has lost the job. */
export function createStopSignal(pool: Pool, run: RunRow, leaving: AbortSignal): StopSignal {
  const controller = new AbortController()
  let reason: Stop | null = null
  let world: PinnedSettings | null = null
  const request = (why: Stop) => {
    reason ??= why
    controller.abort()
  }
  const handOver = () => request('handover')
  if (leaving.aborted) handOver()
  leaving.addEventListener('abort', handOver)

  async function look(): Promise<void> {
    try {
      const { intent, connection } = await pollHeldRun(pool, run)
      const stop = intent ?? connectionFailure(connection, world)
      if (stop) request(stop)
    } catch (error) {
      // A look that the database could not answer is made up for by the next one.
      if (error instanceof SupersededError) request('superseded')
    }
  }

  let looks = 0
  let isLooking = false
  const timer = setInterval(() => {
    looks += 1
    // A heartbeat that cannot be written is made up for by the next one.
    if (looks % POLLS_PER_HEARTBEAT === 0) void writeHeartbeat(pool, run).catch(() => undefined)
    // One at a time: looks must not pile up before a slow database.
    if (isLooking) return
    isLooking = true
    void look().finally(() => {
      isLooking = false
    })
  }, POLL_INTERVAL_MS)
  return {
    signal: controller.signal,
    request,
    reason: () => reason,
    pinned(pinned) {
      world = pinned
    },
    close() {
      clearInterval(timer)
      leaving.removeEventListener('abort', handOver)
    },
  }
}
