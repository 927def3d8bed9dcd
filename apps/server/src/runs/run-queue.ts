import { PgBoss, type SendOptions } from 'pg-boss'
import type { Pool, Tx } from '../db/pool.js'
import { createJobSlots, type JobSlot } from './job-slots.js'
import { findOpenJob, RUN_QUEUE, RUN_QUEUE_SCHEMA } from './queue-tables.js'

/** What a job carries. pg-boss's tables have no row-level security: nothing secret goes here. */
export interface RunJob {
  tenantId: string
  runId: string
}

export interface RunQueue {
  /**
   * Hands a run to whatever worker is free, in the caller's transaction, which must hold the proof
   * that the tenant has no other active run. Replaces the tenant's earlier job, if one is still open.
   */
  enqueue(tx: Tx, job: RunJob): Promise<void>
  /**
   * Works on runs, up to `concurrency` at once, those that have released their slot not counted. A run that
   * waits for its ERP takes little but its slot, so there may be many; only a few look for the next job at
   * any time. `signal` is aborted when the job is lost or {@link stop} is called; a handler that throws has its
   * job given to another worker.
   */
  work(
    concurrency: number,
    handle: (job: RunJob, signal: AbortSignal, slot: JobSlot) => Promise<void>,
  ): Promise<void>
  /** Takes no new job, tells the handlers under way to stop, and waits up to `timeoutMs` for them. */
  stop(timeoutMs: number): Promise<void>
}

/** Workers that look for the next job at any time, each twice a second. */
const IDLE_POLLERS = 4
/** For each slot so many may be released: a run that waits is cheap, but not for nothing. */
const MAX_RELEASED_PER_SLOT = 4

/** Installs or migrates pg-boss and declares the queue. Runs as the owner of the database. */
export async function installRunQueue(databaseUrl: string): Promise<void> {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    schema: RUN_QUEUE_SCHEMA,
    supervise: false,
    schedule: false,
    max: 1,
  })
  boss.on('error', () => undefined) // start() rejects with it too
  await boss.start()
  try {
    const options = {
      policy: 'exclusive',
      // A worker that says nothing for this long has lost the job to another one.
      heartbeatSeconds: 10,
      expireInSeconds: 24 * 3600,
      // The limit is on claims without progress, which the run itself counts.
      retryLimit: 10_000,
      retryDelay: 1,
      deleteAfterSeconds: 24 * 3600,
      notify: true,
    }
    if (await boss.getQueue(RUN_QUEUE)) await boss.updateQueue(RUN_QUEUE, without(options, 'policy'))
    else await boss.createQueue(RUN_QUEUE, options)
  } finally {
    await boss.stop({ graceful: false })
  }
}

/** The queue of runs, one job a tenant at a time, on the app's own database. */
export async function openRunQueue(
  pool: Pool,
  options: { supervise: boolean; onError: (error: Error) => void },
): Promise<RunQueue> {
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    schema: RUN_QUEUE_SCHEMA,
    migrate: false,
    createSchema: false,
    supervise: options.supervise,
    schedule: false,
    // A dead worker is noticed when both have passed: short, so that its run goes on within 25 s.
    superviseIntervalSeconds: 2,
    monitorIntervalSeconds: 2,
    reindex: false,
  })
  boss.on('error', options.onError)
  await boss.start()
  const stopping = new AbortController()
  return {
    async enqueue(tx, job) {
      const db: NonNullable<SendOptions['db']> = { executeSql: (text, values) => tx.query(text, values) }
      const send = () => boss.send(RUN_QUEUE, job, { singletonKey: job.tenantId, db })
      if (await send()) return
      // The job of a run that has ended or paused stays open for a moment, until its worker closes it.
      const id = await findOpenJob(tx, job.tenantId)
      if (id !== null) await boss.complete(RUN_QUEUE, id, null, { db, includeQueued: true })
      if (!(await send())) throw new Error('The queue refused the run although the tenant has no other job.')
    },
    async work(concurrency, handle) {
      let workers = 0
      let busy = 0
      const slots = createJobSlots(addWorkerIfNeeded)
      const surplus = () =>
        workers - Math.min(slots.released(), MAX_RELEASED_PER_SLOT * concurrency) - concurrency
      function addWorkerIfNeeded(): void {
        if (workers - busy >= IDLE_POLLERS || surplus() >= 0 || stopping.signal.aborted) return
        // Without another one those that are there still work: the next job comes later.
        void addWorker().catch((error: Error) => {
          workers -= 1
          options.onError(error)
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
                  await handle(job.data, AbortSignal.any([job.signal, stopping.signal]), slot)
                } finally {
                  slot.close()
                }
              }
            } finally {
              busy -= 1
              if (workers - busy > IDLE_POLLERS || surplus() > 0) {
                workers -= 1
                // Takes no further job; not waited for, as it waits for this very handler.
                void boss.offWork(RUN_QUEUE, { id, wait: false }).catch(options.onError)
              }
            }
          },
        )
      }
      for (let i = 0; i < Math.min(IDLE_POLLERS, concurrency); i++) await addWorker()
    },
    async stop(timeoutMs) {
      stopping.abort()
      await boss.stop({ graceful: true, timeout: timeoutMs })
    },
  }
}

function without<T extends object, K extends keyof T>(object: T, key: K): Omit<T, K> {
  const { [key]: _, ...rest } = object
  return rest
}
