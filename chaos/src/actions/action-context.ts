import type { Rig } from '../rig/rig.js'
import type { Tenant } from '../rig/tenants.js'

/** The run that an action is performed on. */
export interface ActionContext {
  rig: Rig
  tenant: Tenant
  runId: string
  /** Stops the automatic resume of this tenant's paused runs, until the returned function is called. */
  suspendResume(): () => void
}
