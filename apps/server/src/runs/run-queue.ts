import { PgBoss, type SendOptions } from 'pg-boss'
import type { Pool, Tx } from '../db/pool.js'
import { findOpenJob, RUN_QUEUE, RUN_QUEUE_SCHEMA } from './queue-tables.js'
import { type RunJob, type RunJobHandler, startWorkerPool } from './worker-pool.js'

export interface RunQueue {
  /**
   * Creates a job for a run, in the caller's transaction. The caller has made sure that the tenant has no other active
   * run. Replaces the tenant's earlier job, if one is still open.
   */
  enqueue(tx: Tx, job: RunJob): Promise<void>
  /**
   * Runs `handle` for jobs, up to `concurrency` at once; runs that have released their slot do not count. A handler's
   * signal is aborted when its job is lost or {@link stop} is called. When it throws, another worker gets the job.
   */
  work(concurrency: number, handle: RunJobHandler): Promise<void>
  /** Takes no new job, aborts the signals of running handlers, and waits up to `timeoutMs` for them. */
  stop(timeoutMs: number): Promise<void>
}

/**
 * Installs or migrates pg-boss and creates the queue.
 * @param databaseUrl of the database's owner
 * @param lockTimeoutMs longest wait for a lock; then it fails
 */
export async function installRunQueue(databaseUrl: string, lockTimeoutMs: number): Promise<void> {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    options: `-c lock_timeout=${lockTimeoutMs}`,
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
      // After so long without a heartbeat the job is given to another worker.
      heartbeatSeconds: 10,
      expireInSeconds: 24 * 3600,
      // Practically none: the limit is on claims without progress, which the run counts.
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

/** Opens the queue of runs on the application's own database. A tenant has at most one open job. */
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
    // A dead worker is detected after both intervals: short, so that its run continues within 25 s.
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
      // The job of a run that has just ended or paused stays open until its worker completes it.
      const id = await findOpenJob(tx, job.tenantId)
      if (id !== null) await boss.complete(RUN_QUEUE, id, null, { db, includeQueued: true })
      if (!(await send())) throw new Error('The queue refused the run although the tenant has no other job.')
    },
    work: (concurrency, handle) =>
      startWorkerPool(boss, { concurrency, handle, stopping: stopping.signal, onError: options.onError }),
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
