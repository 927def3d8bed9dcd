import type { Dialect } from '@espejo/contract'
import { findMirror } from '../catalog/mirror-store.js'
import type { Tx } from '../db/pool.js'
import { previousRunSettings } from '../runs/pinned-settings.js'
import type { RunRow } from '../runs/run-row.js'
import { RunFailure } from './failure.js'

/** What a run may take from the mirror that is there when it begins. */
export interface UsableMirror {
  /** Whether there is a mirror at all: what a first load creates is not news. */
  exists: boolean
  /** Null unless it is of the run's own account and every row of that account is in the mirror as of then. */
  watermark: Date | null
}

/**
 * Reads the tenant's mirror for a run in this world. A run in another account or dialect may have been
 * cancelled half-way and have left its rows among the mirror's: what is older than the watermark is then
 * not what it says, so the watermark goes, for good, and an incremental run walks the whole catalogue.
 * @throws {@link RunFailure} when named products of one account would be written into another's mirror.
 */
export async function findUsableMirror(
  tx: Tx,
  run: RunRow,
  world: { cuenta: string; dialect: Dialect },
): Promise<UsableMirror> {
  const mirror = await findMirror(tx, run.tenantId)
  if (mirror === null) return { exists: false, watermark: null }
  if (run.mode === 'ids' && mirror.cuenta !== world.cuenta) {
    throw new RunFailure(
      'connection_changed',
      `El espejo todavía es de la cuenta «${mirror.cuenta}» y la conexión es de «${world.cuenta}». Iniciá primero una sincronización completa.`,
    )
  }
  const before = await previousRunSettings(tx, run)
  const isMixed = before !== null && (before.cuenta !== world.cuenta || before.dialect !== world.dialect)
  if (isMixed && !run.dryRun) {
    await tx.query('UPDATE app.mirrors SET watermark = NULL WHERE tenant_id = $1', [run.tenantId])
  }
  return { exists: true, watermark: isMixed || mirror.cuenta !== world.cuenta ? null : mirror.watermark }
}
