import type { GuardDecision, GuardKind } from '@espejo/contract'
import type { Tx } from '../db/pool.js'
import { SupersededError } from './held-run.js'
import type { RunClaim, RunRow } from './run-row.js'

/** What a guard is about: `retire` of `products`, or of a reference list such as `brands`. */
export interface GuardTopic {
  kind: GuardKind
  subject: string
}

/** What a run asks a person before it goes on. */
export interface GuardQuestion extends GuardTopic {
  /** What would be retired (or changed). Each counts once. */
  ids: readonly string[]
  /** How many the mirror lists. */
  of: number
  /** The share, 0 to 1, above which a person is asked. */
  limit: number
  /** How many of `of` were retired lately without a question, and count towards the limit. */
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
 * Asks a person, for as long as the tenant's settings say, by the database's clock. Asking the same
 * again renews the time to answer and nothing else; asking about other ids is a new question, which an
 * earlier answer does not cover. A question of this run that was not answered is withdrawn.
 * The caller then pauses the run, by throwing `GuardOpened`.
 * @throws {@link SupersededError} when the epoch is no longer the caller's.
 */
export async function openGuard(tx: Tx, run: RunClaim, question: GuardQuestion): Promise<void> {
  const { kind, subject, ids, of, limit, earlier = 0 } = question
  // Before the run's lock: the expiry takes the two in this order.
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

/** Whether a person has said yes to all of these. A yes does not cover what was not shown. */
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

/** The run's open question, or else its last one; null when it asked nothing. */
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

/** As {@link findGuard}, but only a question that nobody has answered. */
export async function findOpenGuard(tx: Tx, tenantId: string, runId: string): Promise<GuardRow | null> {
  const guard = await findGuard(tx, tenantId, runId)
  return guard?.decision === null ? guard : null
}

/** How long the open question may still wait, in milliseconds by the database's clock; null: none is open. */
export async function timeToAnswer(tx: Tx, tenantId: string, runId: string): Promise<number | null> {
  const { rows } = await tx.query<{ ms: number }>(
    `SELECT (extract(epoch FROM expires_at - clock_timestamp()) * 1000)::float8 AS ms FROM app.run_guards
      WHERE tenant_id = $1 AND run_id = $2 AND decision IS NULL`,
    [tenantId, runId],
  )
  return rows[0]?.ms ?? null
}

/** Writes the answer to the run's open question. The caller holds the run's lock and moves the run. */
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
