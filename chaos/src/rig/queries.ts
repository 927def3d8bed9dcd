import type { Rows } from '../invariants.js'
import type { Rig } from './rig.js'

type Admin = Rig['postgres']['admin']

/** The raw ERP rows of the products that a tenant's mirror lists, by id. */
export async function mirrorOf(admin: Admin, tenantId: string): Promise<Rows> {
  const { rows } = await admin.query<{ id: number; raw: unknown }>(
    'SELECT cianbox_id::int AS id, raw FROM catalog.products WHERE tenant_id = $1 AND retired_at IS NULL',
    [tenantId],
  )
  return new Map(rows.map(({ id, raw }) => [id, raw]))
}

export async function retiredOf(admin: Admin, tenantId: string): Promise<number[]> {
  const { rows } = await admin.query<{ id: number }>(
    'SELECT cianbox_id::int AS id FROM catalog.products WHERE tenant_id = $1 AND retired_at IS NOT NULL',
    [tenantId],
  )
  return rows.map(({ id }) => id)
}

/** How many products each run retired. */
export async function retiredByRun(admin: Admin, tenantId: string): Promise<Map<string, number>> {
  const { rows } = await admin.query<{ runId: string; n: number }>(
    `SELECT run_id AS "runId", count(*)::int AS n FROM catalog.product_changes
      WHERE tenant_id = $1 AND kind = 'retired' GROUP BY 1`,
    [tenantId],
  )
  return new Map(rows.map(({ runId, n }) => [runId, n]))
}

/** A hash over all rows of a tenant. */
export async function fingerprint(admin: Admin, tenantId: string): Promise<string> {
  const { rows } = await admin.query<{ print: string }>(
    `SELECT concat(
       (SELECT md5(string_agg(p::text, '|' ORDER BY cianbox_id)) FROM catalog.products p WHERE tenant_id = $1), ' ',
       (SELECT md5(string_agg(r::text, '|' ORDER BY run_id)) FROM app.runs r WHERE tenant_id = $1), ' ',
       (SELECT count(*) FROM app.run_events WHERE tenant_id = $1), ' ',
       (SELECT count(*) FROM catalog.product_changes WHERE tenant_id = $1)) AS print`,
    [tenantId],
  )
  return rows[0]?.print ?? ''
}

/** Active runs, jobs, sessions and the last log lines, for a round that timed out. */
export async function dumpState({ postgres, workers }: Rig, tenantIds: readonly string[]): Promise<string> {
  const { rows } = await postgres.admin.query<{ row: string }>(
    `SELECT 'run ' || row_to_json(r)::text AS row FROM app.runs r
      WHERE tenant_id = ANY ($1) AND status IN ('queued', 'running', 'paused')
     UNION ALL
     SELECT 'job ' || (row_to_json(j)::jsonb - 'output')::text FROM pgboss.job j
      WHERE singleton_key = ANY ($1) AND state < 'completed'
     UNION ALL
     SELECT 'session ' || concat_ws(' · ', pid, application_name, state, wait_event, now() - xact_start, left(query, 100))
       FROM pg_stat_activity WHERE application_name LIKE 'espejo%' AND state <> 'idle'`,
    [tenantIds],
  )
  return [
    new Date().toISOString(),
    ...rows.map(({ row }) => row),
    ...workers.up().map((worker) => `${worker.name} is up; its last log lines: ${tail(worker.printed(), 3)}`),
    `The last log lines of PostgreSQL: ${tail(postgres.log(), 10)}`,
  ].join('\n')
}

function tail(text: string, lines: number): string {
  return text.trim().split('\n').slice(-lines).join('\n  ')
}
