import type { Connection } from '@espejo/contract'
import type { Pool } from '../db/pool.js'
import { type PinnedSettings, savePinnedSettings } from '../runs/pinned-settings.js'
import type { RunRow } from '../runs/run-row.js'
import { MAPPING_VERSION } from './pure/content-hash.js'
import { connectionInactive, settingsChange } from './settings-change.js'
import type { StopSignal } from './stop-signal.js'

/**
 * Pins a run to the present settings at its first claim, and compares them with the pinned ones at every later claim.
 * Sends no request to the ERP.
 * @returns the pinned settings
 * @throws {@link RunFailure} `connection_inactive`, or `connection_changed` when the present settings differ
 */
export async function pinSettings(
  pool: Pool,
  run: RunRow,
  opened: { connection: Connection; credentialsVersion: number },
  stop: Pick<StopSignal, 'pinned'>,
): Promise<PinnedSettings & { pageSize: number }> {
  const { connection, credentialsVersion } = opened
  if (!connection.isActive) throw connectionInactive()
  const { cuenta, dialect, pageSize } = connection
  const present = { cuenta, dialect, credentialsVersion, mappingVersion: MAPPING_VERSION }
  const pinned = await savePinnedSettings(pool, run, { ...present, pageSize })
  const change = settingsChange(pinned, present)
  if (change) throw change
  stop.pinned(pinned)
  return pinned
}
