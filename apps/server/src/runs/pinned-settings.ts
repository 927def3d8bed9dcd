import type { Dialect } from '@espejo/contract'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { superseded } from './held-run.js'
import type { RunClaim, RunRow } from './run-row.js'

/** What decides which rows a run is shown, and what becomes of them. It is one world for the whole of a run. */
export interface PinnedSettings {
  cuenta: string
  dialect: Dialect
  /** Moves on with every change of account, application, user or password. */
  credentialsVersion: number
  mappingVersion: number
}

/**
 * Pins the run to the world of its first claim; a later claim changes nothing and is told what was pinned.
 * The page size is pinned with it: page numbers mean nothing under another one.
 * @throws SupersededError when the epoch is no longer the caller's
 */
export async function savePinnedSettings(
  pool: Pool,
  run: RunClaim,
  present: PinnedSettings & { pageSize: number },
): Promise<PinnedSettings & { pageSize: number }> {
  return withTenant(pool, run.tenantId, async (tx) => {
    const { rows } = await tx.query<PinnedSettings & { pageSize: number }>(
      `UPDATE app.runs SET cuenta = coalesce(cuenta, $4), dialect = coalesce(dialect, $5),
              credentials_version = coalesce(credentials_version, $6),
              mapping_version = coalesce(mapping_version, $7), page_size = coalesce(page_size, $8)
        WHERE tenant_id = $1 AND run_id = $2 AND epoch = $3 AND status = 'running'
        RETURNING cuenta, dialect, credentials_version AS "credentialsVersion",
                  mapping_version AS "mappingVersion", page_size AS "pageSize"`,
      [
        run.tenantId,
        run.id,
        run.epoch,
        present.cuenta,
        present.dialect,
        present.credentialsVersion,
        present.mappingVersion,
        present.pageSize,
      ],
    )
    const [pinned] = rows
    if (!pinned) throw superseded(run)
    return pinned
  })
}

/** The world of the tenant's last earlier run that may have written to the mirror; null where there is none. */
export async function previousRunSettings(
  tx: Tx,
  run: Pick<RunRow, 'tenantId' | 'id'>,
): Promise<Pick<PinnedSettings, 'cuenta' | 'dialect'> | null> {
  const { rows } = await tx.query<Pick<PinnedSettings, 'cuenta' | 'dialect'>>(
    `SELECT r.cuenta, r.dialect FROM app.runs r
      WHERE r.tenant_id = $1 AND r.run_id <> $2 AND r.cuenta IS NOT NULL AND NOT r.dry_run
      ORDER BY r.created_at DESC, r.run_id DESC LIMIT 1`,
    [run.tenantId, run.id],
  )
  return rows[0] ?? null
}
