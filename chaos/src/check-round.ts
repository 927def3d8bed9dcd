import {
  checkpointNeverGoesBack,
  holdsNoSecret,
  ledgerBalances,
  logIsWhole,
  mirrorEqualsTruth,
  type ObservedPage,
  pagesKeepTheirEpoch,
  retiresNothingListed,
  retiresOnlyAfterAWholePass,
  truthOf,
  waitsAreKept,
} from './invariants.js'
import { LONG_WAIT_S } from './plan/draw-plan.js'
import { mirrorOf, retiredByRun, retiredOf } from './rig/queries.js'
import type { Rig } from './rig/rig.js'
import { withLogs } from './rig/runs.js'
import type { Tenant } from './rig/tenants.js'

/**
 * Checks every invariant on the rows and logs of the round's tenants.
 * @throws BrokenInvariant
 */
export async function checkRound(
  rig: Rig,
  tenants: readonly Tenant[],
  observedPages: readonly ObservedPage[],
): Promise<void> {
  for (const tenant of tenants) await checkTenant(rig, tenant)
  for (const { id } of tenants) waitsAreKept(id, rig.erpProxy.requests(id), LONG_WAIT_S)
  pagesKeepTheirEpoch(observedPages)
  holdsNoSecret('a worker’s log', rig.workers.log(), rig.secrets)
  holdsNoSecret('PostgreSQL’s log', rig.postgres.log(), rig.secrets)
}

/** Checks the invariants of one tenant, its runs and its mirror. No run may be active. */
export async function checkTenant(rig: Rig, { id, erp }: Tenant): Promise<void> {
  const { admin } = rig.postgres
  const truth = truthOf(erp.truth())
  const retired = await retiredByRun(admin, id)
  for (const record of await withLogs(admin, id)) {
    logIsWhole(record)
    checkpointNeverGoesBack(record)
    ledgerBalances(record)
    retiresOnlyAfterAWholePass(record, retired.get(record.run.id) ?? 0)
    holdsNoSecret(`run ${record.run.id}`, JSON.stringify(record), rig.secrets)
  }
  retiresNothingListed(id, await retiredOf(admin, id), truth)
  mirrorEqualsTruth(id, await mirrorOf(admin, id), truth)
}
