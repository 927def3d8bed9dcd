import { createCianboxClient } from '@espejo/cianbox'
import { createConnectionStore } from '@espejo/server/connections/connection-store'
import { createPool } from '@espejo/server/db/pool'
import { openRunQueue } from '@espejo/server/runs/run-queue'
import { createSealer } from '@espejo/server/secrets'
import { createWakeups } from '@espejo/server/stream/wakeups'
import { createRunHandler } from '@espejo/server/sync/worker'
import { serveJob } from '../../rig/child-job.js'
import type { PageSource } from '../pages.js'

/**
 * A worker composed as in the server, but without a rate limit: it performs one run and ends. It does not use
 * `startServices`, whose further modules would count in the measured memory.
 */
export interface EngineJob extends PageSource {
  databaseUrl: string
}

serveJob<EngineJob>(async ({ databaseUrl, erpUrl, cuenta, pageSize }, timed) => {
  const pool = createPool(databaseUrl, { max: 20, name: 'measured', onError: logError })
  const wakeups = createWakeups({ pool, listenTo: databaseUrl, onError: logError })
  const queue = await openRunQueue(pool, { supervise: true, onError: logError })
  const now = () => new Date()
  const connections = createConnectionStore({ pool, sealer: createSealer(Buffer.alloc(32)) })
  const login = { cuenta, appName: 'espejo', appCode: 'bench', user: 'demo', password: 'demo' }
  // In the database, because a worker checks every second whether its run's connection has changed.
  await connections.put(cuenta, {
    ...login,
    pageSize,
    dialect: 'v2',
    requestsPerSecond: Number.POSITIVE_INFINITY,
    isActive: true,
  })
  const handle = createRunHandler({
    pool,
    now,
    onEvent: wakeups.touch,
    log: { info: () => undefined, error: (fields) => console.error(fields) },
    openConnection: async (tenantId, hooks) => {
      const opened = await connections.open(tenantId)
      if (!opened) throw new Error('The connection was not stored.')
      const { connection, credentialsVersion } = opened
      const client = createCianboxClient({
        baseUrl: erpUrl,
        cuenta,
        credentials: login,
        dialect: 'v2',
        requestsPerSecond: Number.POSITIVE_INFINITY,
        ...hooks,
      })
      return { client, connection, credentialsVersion }
    },
  })
  await new Promise<void>((resolve, reject) => {
    // Timed from when the worker has the job: the queue's polling interval is not part of the engine.
    queue.work(1, (...given) => timed(() => handle(...given)).then(resolve, reject)).catch(reject)
  })
  await queue.stop(5000)
  await wakeups.close()
  await pool.end()
})

function logError(error: Error): void {
  console.error(error.message)
}
