import type { Pool } from '../db/pool.js'
import { SupersededError, showLife } from '../runs/held-run.js'
import type { World } from '../runs/pinned-settings.js'
import { lookAtRun } from '../runs/poll-held-run.js'
import type { RunRow } from '../runs/run-row.js'
import type { RunFailure } from './failure.js'
import { connectionFailure } from './settings-change.js'

/**
 * Why a run stops in the middle: a person's wish, a worker that is leaving, another worker that holds the
 * run now, or a connection that is gone, inactive or another one (then the run's ending).
 */
export type Stop = 'cancel' | 'pause' | 'handover' | 'superseded' | RunFailure

/** One signal for all that can stop a run in the middle, and the first reason that did. */
export interface StopWatch {
  readonly signal: AbortSignal
  request(reason: Stop): void
  reason(): Stop | null
  /** From here on the connection is compared with this world. */
  pinned(world: World): void
  close(): void
}

/** How often the run's row and the connection are looked at. */
const LOOK_INTERVAL_MS = 1000
/** Every how many of those looks the run's row is told that its worker lives. */
const LOOKS_A_BEAT = 10

/** @param leaving aborted when this worker stops, or has lost the job. */
export function watchForStop(pool: Pool, run: RunRow, leaving: AbortSignal): StopWatch {
  const controller = new AbortController()
  let reason: Stop | null = null
  let world: World | null = null
  const request = (why: Stop) => {
    reason ??= why
    controller.abort()
  }
  const handOver = () => request('handover')
  if (leaving.aborted) handOver()
  leaving.addEventListener('abort', handOver)

  async function look(): Promise<void> {
    try {
      const { intent, connection } = await lookAtRun(pool, run)
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
    if (looks % LOOKS_A_BEAT === 0) void showLife(pool, run).catch(() => undefined)
    // One at a time: looks must not pile up before a slow database.
    if (isLooking) return
    isLooking = true
    void look().finally(() => {
      isLooking = false
    })
  }, LOOK_INTERVAL_MS)
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
