import { BrokenInvariant } from '../invariants.js'
import type { Rig } from './rig.js'
import { endOf, isEnded, runsOf, startRun } from './runs.js'
import { until } from './until.js'

/**
 * A run that nothing disturbs. Where a run of returned ids is in the way, that one ends first.
 * @param who for messages
 * @throws BrokenInvariant when it does not complete
 */
export async function syncInPeace(
  rig: Rig,
  tenantId: string,
  { mode, who, seconds }: { mode: 'full' | 'incremental'; who: string; seconds: number },
): Promise<void> {
  const { admin } = rig.postgres
  await until('no run is active', seconds, async () => (await runsOf(admin, tenantId)).every(isEnded))
  const runId = await startRun(rig, tenantId, mode)
  const run = await endOf(rig, tenantId, runId, { seconds, confirmsSweeps: true, pauseMs: 0 })
  if (run.mode !== mode) return syncInPeace(rig, tenantId, { mode, who, seconds })
  if (run.status !== 'complete') {
    throw new BrokenInvariant('L1', `${who} ended ${run.errorCode ?? run.status}: ${run.errorMessage}`)
  }
}
