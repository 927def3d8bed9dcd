import { type Pool, withTenant } from '../db/pool.js'
import { superseded } from './held-run.js'
import type { PinnedSettings } from './pinned-settings.js'
import type { RunClaim, RunRow } from './run-row.js'

/** Requests and connection of a run, polled by the worker that holds it. */
export interface HeldRunPoll {
  /** A person's request, not yet carried out. */
  intent: RunRow['intent']
  /** The tenant's connection as it is now; null when there is none. */
  connection: (Omit<PinnedSettings, 'mappingVersion'> & { isActive: boolean }) | null
}

interface PollRow extends Pick<RunRow, 'intent'> {
  cuenta: string | null
  dialect: PinnedSettings['dialect']
  credentialsVersion: number
  isActive: boolean
}

/**
 * Reads a held run's intent and its tenant's present connection, in one statement.
 * @throws SupersededError when the epoch is no longer the caller's
 */
export async function pollHeldRun(pool: Pool, run: RunClaim): Promise<HeldRunPoll> {
  return withTenant(pool, run.tenantId, async (tx) => {
    const { rows } = await tx.query<PollRow>({
      name: 'poll-held-run',
      text: `SELECT r.intent, c.cuenta, c.dialect, c.credentials_version AS "credentialsVersion",
                    c.is_active AS "isActive"
               FROM app.runs r LEFT JOIN app.connections c ON c.tenant_id = r.tenant_id
              WHERE r.tenant_id = $1 AND r.run_id = $2 AND r.epoch = $3 AND r.status = 'running'`,
      values: [run.tenantId, run.id, run.epoch],
    })
    const [row] = rows
    if (!row) throw superseded(run)
    const { intent, cuenta, ...connection } = row
    return { intent, connection: cuenta === null ? null : { cuenta, ...connection } }
  })
}
