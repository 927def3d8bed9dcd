import { setTimeout as delay } from 'node:timers/promises'
import { percentile } from './queue-waits.js'
import type { FairnessRig } from './rig.js'
import { occupiedSlots, readRunTimes, type StartedRun, startRuns, waitForEnd } from './runs.js'

/** Small runs beside runs whose ERP never responds. Times in seconds. */
export interface HangingFigures {
  hanging: number
  small: number
  /** Small runs that had started before the timeout. */
  started: number
  waitP50: number
  waitMax: number
  /** Cost of a hanging run for the worker: processor seconds per second, and resident memory in bytes. */
  cpuEach: number
  rssEach: number
}

/** Tenants whose runs hang, a growing number; `stop` cancels all. */
export interface HangingTenants {
  /** Lets `hanging` runs in all hang, then starts the runs of the `small` tenants. */
  measure(hanging: number, small: readonly string[]): Promise<HangingFigures>
  stop(): Promise<void>
}

export function createHanging(rig: FairnessRig, signal: AbortSignal): HangingTenants {
  const started: StartedRun[] = []
  let rssBefore: number | undefined

  async function growTo(count: number): Promise<void> {
    const names = await rig.addTenants(`hanging-${count}`, count - started.length, 1)
    for (const name of names) await rig.simulator.hang(name)
    started.push(...(await startRuns(rig, names)))
    // The slot is in use as soon as the job is active; the first request follows at once.
    while ((await occupiedSlots(rig)).most < count) await delay(POLL_MS, undefined, { signal })
    await delay(SETTLE_MS, undefined, { signal })
  }

  return {
    async measure(hanging, small) {
      rssBefore ??= (await rig.worker.call('settledSample', undefined)).rssBytes
      await growTo(hanging)
      const from = await rig.worker.call('settledSample', undefined)
      await delay(WINDOW_MS, undefined, { signal })
      const to = await rig.worker.call('sample', undefined)
      const waiting = await startRuns(rig, small)
      await waitForEnd(rig, waiting, TIMEOUT_S, signal)
      const { times, now } = await readRunTimes(rig, waiting)
      const waited = times.map(({ requestedAt, started }) => (started ?? now) - requestedAt)
      for (const { tenantId, runId } of waiting) await rig.control.cancel(tenantId, runId)
      return {
        hanging,
        small: small.length,
        started: times.filter(({ started }) => started !== null).length,
        waitP50: percentile(waited, 0.5),
        waitMax: Math.max(...waited),
        cpuEach: (to.cpuSeconds - from.cpuSeconds) / (WINDOW_MS / 1000) / hanging,
        rssEach: (from.rssBytes - rssBefore) / hanging,
      }
    },
    async stop() {
      for (const { tenantId, runId } of started) await rig.control.cancel(tenantId, runId)
      await waitForEnd(rig, started, TIMEOUT_S, signal)
    },
  }
}

const POLL_MS = 250
const SETTLE_MS = 1000
const WINDOW_MS = 5000
/** Shorter than the first timeout of a hanging request, half a minute. */
const TIMEOUT_S = 20
