import { waitFor } from '@espejo/tooling/until'
import { BrokenInvariant } from '../invariants.js'
import type { Rig } from './rig.js'
import { isEnded, runsOf, startRun, waitForEnd } from './runs.js'

/**
 * Syncs once without faults. A run that is active already, such as one of requeued ids, ends first.
 * @param who for messages
 * @throws BrokenInvariant when it does not complete
 */
export async function syncUndisturbed(
  rig: Rig,
  tenantId: string,
  { mode, who, seconds }: { mode: 'full' | 'incremental'; who: string; seconds: number },
): Promise<void> {
  const { admin } = rig.postgres
  await waitFor('no run is active', seconds, async () => (await runsOf(admin, tenantId)).every(isEnded))
  const runId = await startRun(rig, tenantId, mode)
  const run = await waitForEnd(rig, tenantId, runId, { seconds, confirmsSweeps: true, pauseMs: 0 })
  if (run.mode !== mode) return syncUndisturbed(rig, tenantId, { mode, who, seconds })
  if (run.status !== 'complete') {
    throw new BrokenInvariant('L1', `${who} ended ${run.errorCode ?? run.status}: ${run.errorMessage}`)
  }
}
