import { randomBytes } from 'node:crypto'
import { createSessions } from '@espejo/server/accounts/session'
import { startWithCleanup } from '@espejo/server/lifecycle'
import { type CommandProcess, startCommandProcess } from '../rig/command-process.js'
import type { BenchDatabase } from '../rig/database.js'
import { startDatabase } from '../rig/database.js'
import type { WriterCommands } from './processes/writer.js'
import type { SeededRun } from './seeded-run.js'

/** The environment of the measured server: the database with the runs, and the writer of their events. */
export interface StreamRig {
  database: BenchDatabase
  /** `ESPEJO_SECRET_KEY`. */
  secretKey: string
  runs: SeededRun[]
  writer: CommandProcess<WriterCommands>
  stop(): Promise<void>
}

export async function startRig(count: number, signal: AbortSignal): Promise<StreamRig> {
  const { started, stop } = await startWithCleanup(async (onStop) => {
    const database = await startDatabase()
    onStop(database.stop)
    const secretKey = randomBytes(32)
    const runs = await seed(database, secretKey, count)
    const writer = startCommandProcess<WriterCommands>(
      new URL('processes/writer.js', import.meta.url),
      signal,
    )
    onStop(writer.stop)
    await writer.call('open', { databaseUrl: database.url, runs })
    return { database, secretKey: secretKey.toString('base64'), runs, writer }
  })
  return { ...started, stop }
}

async function seed({ admin }: BenchDatabase, secretKey: Buffer, count: number): Promise<SeededRun[]> {
  await admin.query(SEED, [count])
  await admin.query(APPEND)
  const sessions = createSessions({ secretKey, now: () => new Date() })
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const tenantId = `tenant-${i + 1}`
      const { token } = await sessions.issue({ id: `user${i + 1}`, tenantId, role: 'operator' })
      return { tenantId, runId: `run${i + 1}`, token }
    }),
  )
}

/** Tenants, each with a user and a started run. Its heartbeat is infinite, so that it is never recovered as stale. */
const SEED = `
  WITH numbers AS (SELECT generate_series(1, $1::integer) AS n),
  tenants AS (INSERT INTO app.tenants (tenant_id, name) SELECT 'tenant-' || n, 'Tenant ' || n FROM numbers),
  users AS (
    INSERT INTO app.users (tenant_id, user_id, email, name, role, password_hash)
    SELECT 'tenant-' || n, 'user' || n, 'user' || n || '@bench.test', 'User ' || n, 'operator', '-' FROM numbers
  ), runs AS (
    INSERT INTO app.runs (tenant_id, run_id, mode, status, phase, epoch, seq, started_at, alive_at)
    SELECT 'tenant-' || n, 'run' || n, 'full', 'running', 'products', 1, 1, now(), 'infinity' FROM numbers
  )
  INSERT INTO app.run_events (tenant_id, run_id, seq, event, data)
  SELECT 'tenant-' || n, 'run' || n, 1, 'start',
         json_build_object('message', 'Iniciando sincronización de productos', 'timestamp', now(),
                           'runId', 'run' || n, 'mode', 'full')
    FROM numbers`

/** What `commitProgress` and `endRun` of the server's `runs/held-run.ts` do, for runs of many tenants at once. */
const APPEND = `
  CREATE SCHEMA bench;
  GRANT USAGE ON SCHEMA bench TO PUBLIC;
  CREATE FUNCTION bench.append(tenants text[], runs text[], happened text, datas json[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER AS $$
    WITH news AS (SELECT * FROM unnest(tenants, runs, datas) AS n (tenant_id, run_id, said)), moved AS (
      UPDATE app.runs r
         SET seq = r.seq + 1, page = r.page + 1,
             status = CASE happened WHEN 'progress' THEN 'running' ELSE happened END,
             ended_at = CASE happened WHEN 'progress' THEN NULL ELSE now() END
        FROM news n
       WHERE r.tenant_id = n.tenant_id AND r.run_id = n.run_id AND r.status = 'running'
      RETURNING r.tenant_id, r.run_id, r.seq, n.said
    )
    INSERT INTO app.run_events (tenant_id, run_id, seq, event, data)
    SELECT tenant_id, run_id, seq, happened, said FROM moved
    $$`
