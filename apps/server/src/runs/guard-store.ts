import type { GuardDecision, GuardKind } from '@espejo/contract'
import type { Tx } from '../db/pool.js'
import { SupersededError } from './held-run.js'
import type { RunClaim, RunRow } from './run-row.js'

/** The subject of a guard: `retire` of `products`, or of a reference list such as `brands`. */
export interface GuardTopic {
  kind: GuardKind
  subject: string
}

/** A question that needs a person's decision before the run continues. */
export interface GuardQuestion extends GuardTopic {
  /** Ids that would be retired or changed; repeats count once. */
  ids: readonly string[]
  /** How many items of this subject the mirror lists. */
  of: number
  /** The share, 0 to 1, above which a decision is needed. */
  limit: number
  /** How many were retired within the last day without a decision; they count towards the limit. @defaultValue 0 */
  earlier?: number
}

/** A row of `app.run_guards` without its ids. */
export interface GuardRow extends GuardTopic {
  count: number
  of: number
  earlier: number
  limit: number
  revision: number
  openedAt: Date
  expiresAt: Date
  decision: GuardDecision | null
  decidedBy: string | null
  decidedByName: string | null
  decidedAt: Date | null
}

/**
 * Opens a guard that expires after the tenant's setting (default 24 hours), by the database's clock. The same ids
 * again only renew the expiry; other ids raise the revision, and an earlier decision does not cover them. Deletes the
 * run's other undecided guards. The caller then pauses the run, by throwing `GuardOpened`.
 * @throws {@link SupersededError} when the epoch is no longer the caller's.
 */
export async function openGuard(tx: Tx, run: RunClaim, question: GuardQuestion): Promise<void> {
  const { kind, subject, ids, of, limit, earlier = 0 } = question
  // Locked before the run: the guard's expiry locks the two rows in this order, else they could deadlock.
  const due = await tx.query<{ expiresAt: string }>(
    `INSERT INTO app.due_work AS d (tenant_id, kind, due_at)
     SELECT $1, 'guard', now() + make_interval(hours => coalesce(
       (SELECT guard_expiry_hours FROM app.schedules WHERE tenant_id = $1), 24))
     ON CONFLICT (tenant_id, kind) DO UPDATE SET due_at = excluded.due_at
     RETURNING due_at::text AS "expiresAt"`,
    [run.tenantId],
  )
  const { rowCount } = await tx.query(
    `WITH held AS (
       SELECT FROM app.runs WHERE tenant_id = $1 AND run_id = $2 AND epoch = $9 AND status = 'running'
          FOR NO KEY UPDATE
     )
     INSERT INTO app.run_guards AS g
            (tenant_id, run_id, kind, subject, ids, of_total, share_limit, earlier, opened_at, expires_at)
     SELECT $1, $2, $3, $4, ARRAY(SELECT DISTINCT id FROM unnest($5::bigint[]) AS id ORDER BY id),
            $6, $7, $8, now(), $10::timestamptz
       FROM held
     ON CONFLICT (tenant_id, run_id, kind, subject) DO UPDATE SET
       ids = excluded.ids, of_total = excluded.of_total, share_limit = excluded.share_limit,
       earlier = excluded.earlier, opened_at = excluded.opened_at, expires_at = excluded.expires_at,
       revision = g.revision + CASE WHEN g.ids = excluded.ids AND g.decision IS NULL THEN 0 ELSE 1 END,
       decision = NULL, decided_by = NULL, decided_at = NULL`,
    [run.tenantId, run.id, kind, subject, ids, of, limit, earlier, run.epoch, due.rows[0]?.expiresAt],
  )
  if (rowCount === 0) throw new SupersededError(`Run ${run.id} is no longer held at epoch ${run.epoch}.`)
  await tx.query(
    `DELETE FROM app.run_guards
      WHERE tenant_id = $1 AND run_id = $2 AND decision IS NULL AND (kind, subject) <> ($3, $4)`,
    [run.tenantId, run.id, kind, subject],
  )
}

/** Whether a person has confirmed all of these ids. A confirmation covers only the ids of the guard. */
export async function isConfirmed(
  tx: Tx,
  run: Pick<RunRow, 'tenantId' | 'id'>,
  { kind, subject, ids }: GuardTopic & { ids: readonly string[] },
): Promise<boolean> {
  const { rows } = await tx.query<{ covered: boolean }>(
    `SELECT NOT EXISTS (SELECT unnest($5::bigint[]) EXCEPT SELECT unnest(g.ids)) AS covered
       FROM app.run_guards g
      WHERE g.tenant_id = $1 AND g.run_id = $2 AND g.kind = $3 AND g.subject = $4 AND g.decision = 'confirmed'`,
    [run.tenantId, run.id, kind, subject, ids],
  )
  return rows[0]?.covered ?? false
}

/** The run's open guard, or else its last one; null when it has none. */
export async function findGuard(tx: Tx, tenantId: string, runId: string): Promise<GuardRow | null> {
  const { rows } = await tx.query<GuardRow>(
    `SELECT kind, subject, cardinality(ids) AS count, of_total AS of, earlier, share_limit AS limit, revision,
            opened_at AS "openedAt", expires_at AS "expiresAt", decision, decided_by AS "decidedBy",
            (SELECT name FROM app.users u WHERE u.tenant_id = g.tenant_id AND u.user_id = g.decided_by)
              AS "decidedByName",
            decided_at AS "decidedAt"
       FROM app.run_guards g WHERE tenant_id = $1 AND run_id = $2
      ORDER BY decision IS NULL DESC, opened_at DESC LIMIT 1`,
    [tenantId, runId],
  )
  return rows[0] ?? null
}

/** As {@link findGuard}, but only an undecided guard. */
export async function findOpenGuard(tx: Tx, tenantId: string, runId: string): Promise<GuardRow | null> {
  const guard = await findGuard(tx, tenantId, runId)
  return guard?.decision === null ? guard : null
}

/** Milliseconds until the open guard expires, by the database's clock; null when none is open. */
export async function msUntilExpiry(tx: Tx, tenantId: string, runId: string): Promise<number | null> {
  const { rows } = await tx.query<{ ms: number }>(
    `SELECT (extract(epoch FROM expires_at - clock_timestamp()) * 1000)::float8 AS ms FROM app.run_guards
      WHERE tenant_id = $1 AND run_id = $2 AND decision IS NULL`,
    [tenantId, runId],
  )
  return rows[0]?.ms ?? null
}

/** Writes the decision on the run's open guard. The caller holds the run's lock and changes its status. */
export async function writeDecision(
  tx: Tx,
  tenantId: string,
  runId: string,
  decision: GuardDecision,
  decidedBy: string | null,
): Promise<void> {
  await tx.query(
    `UPDATE app.run_guards SET decision = $3, decided_by = $4, decided_at = now()
      WHERE tenant_id = $1 AND run_id = $2 AND decision IS NULL`,
    [tenantId, runId, decision, decidedBy],
  )
}
