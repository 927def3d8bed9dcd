import type { PgBoss } from 'pg-boss'
import { createJobSlots, type JobSlot } from './job-slots.js'
import { RUN_QUEUE } from './queue-tables.js'

/** The data of a job. pg-boss's tables have no row-level security: no secrets here. */
export interface RunJob {
  tenantId: string
  runId: string
}

export type RunJobHandler = (job: RunJob, signal: AbortSignal, slot: JobSlot) => Promise<void>

/** pg-boss workers that poll for the next job at any time, each twice a second. */
const IDLE_POLLERS = 4
/** Most released leases for each slot: a run that waits is cheap, but not free. */
const MAX_RELEASED_PER_SLOT = 4

/**
 * Starts pg-boss workers on the queue of runs, and keeps their number at the handlers that run plus
 * {@link IDLE_POLLERS}, up to `concurrency` plus the released slots. Resolves when the first ones poll.
 */
export async function startWorkerPool(
  boss: PgBoss,
  options: {
    concurrency: number
    handle: RunJobHandler
    /** Aborted when the process stops. */
    stopping: AbortSignal
    onError: (error: Error) => void
  },
): Promise<void> {
  const { concurrency, handle, stopping, onError } = options
  let workers = 0
  let busy = 0
  const slots = createJobSlots(addWorkerIfNeeded)
  const surplus = () =>
    workers - Math.min(slots.released(), MAX_RELEASED_PER_SLOT * concurrency) - concurrency

  function addWorkerIfNeeded(): void {
    if (workers - busy >= IDLE_POLLERS || surplus() >= 0 || stopping.aborted) return
    // The workers that are there go on without it; the next job only starts later.
    void addWorker().catch((error: Error) => {
      workers -= 1
      onError(error)
    })
  }

  async function addWorker(): Promise<void> {
    workers += 1
    const id = await boss.work<RunJob>(
      RUN_QUEUE,
      { pollingIntervalSeconds: 0.5, heartbeatRefreshSeconds: 3 },
      async (jobs) => {
        busy += 1
        addWorkerIfNeeded()
        try {
          for (const job of jobs) {
            const slot = slots.open()
            try {
              await handle(job.data, AbortSignal.any([job.signal, stopping]), slot)
            } finally {
              slot.close()
            }
          }
        } finally {
          busy -= 1
          if (workers - busy > IDLE_POLLERS || surplus() > 0) {
            workers -= 1
            // Not awaited: it waits for this handler.
            void boss.offWork(RUN_QUEUE, { id, wait: false }).catch(onError)
          }
        }
      },
    )
  }

  for (let i = 0; i < Math.min(IDLE_POLLERS, concurrency); i++) await addWorker()
}
