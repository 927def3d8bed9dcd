import type { Dialect } from '@espejo/contract'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { superseded } from './held-run.js'
import type { RunClaim, RunRow } from './run-row.js'

/** The settings that decide which rows a run reads and how it maps them. They do not change during a run. */
export interface PinnedSettings {
  cuenta: string
  dialect: Dialect
  /** Rises with every change of account, application, user or password. */
  credentialsVersion: number
  mappingVersion: number
}

/**
 * Stores the present settings with the run at its first claim. A later claim changes nothing.
 * The page size is stored too: the page number of a checkpoint depends on it.
 * @returns the settings of the first claim
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

/** The settings of the tenant's previous run that may have written to the mirror; null where there is none. */
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
