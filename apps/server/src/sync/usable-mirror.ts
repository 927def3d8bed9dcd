import type { Dialect } from '@espejo/contract'
import { findMirror } from '../catalog/mirror-store.js'
import type { Tx } from '../db/pool.js'
import { previousRunSettings } from '../runs/pinned-settings.js'
import type { RunRow } from '../runs/run-row.js'
import { RunFailure } from './failure.js'

/** What a run may assume of the mirror at its start. */
export interface UsableMirror {
  /** Whether a full run has completed before: products of a first load are not written to the change log. */
  exists: boolean
  /** Null unless the mirror is of the run's account and has all its rows as of then. */
  watermark: Date | null
}

/**
 * Reads the state of the tenant's mirror for a run with these settings. A previous run of another account or dialect,
 * cancelled before its end, may have left its rows in the mirror: then the watermark does not hold for all rows, so it
 * is deleted, and an incremental run walks the whole catalogue.
 * @throws {@link RunFailure} `connection_changed` when a run by ids would write products of one account into the mirror
 * of another
 */
export async function findUsableMirror(
  tx: Tx,
  run: RunRow,
  settings: { cuenta: string; dialect: Dialect },
): Promise<UsableMirror> {
  const mirror = await findMirror(tx, run.tenantId)
  if (mirror === null) return { exists: false, watermark: null }
  if (run.mode === 'ids' && mirror.cuenta !== settings.cuenta) {
    throw new RunFailure(
      'connection_changed',
      `El espejo todavía es de la cuenta «${mirror.cuenta}» y la conexión es de «${settings.cuenta}». Iniciá primero una sincronización completa.`,
    )
  }
  const before = await previousRunSettings(tx, run)
  const isMixed =
    before !== null && (before.cuenta !== settings.cuenta || before.dialect !== settings.dialect)
  if (isMixed && !run.dryRun) {
    await tx.query('UPDATE app.mirrors SET watermark = NULL WHERE tenant_id = $1', [run.tenantId])
  }
  return { exists: true, watermark: isMixed || mirror.cuenta !== settings.cuenta ? null : mirror.watermark }
}
