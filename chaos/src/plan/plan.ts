import type { Fault } from '@espejo/simulator'

/** A tenant of a round and its catalogue. */
export interface TenantPlan {
  /** `calm`: its ERP has no faults and its people perform no actions; only disruptions of workers and database reach it. */
  role: 'struck' | 'calm'
  products: number
  pageSize: number
  seed: number
  latencyMs: number
  /** Whether it was mirrored before the run of the round. */
  isMirrored: boolean
  mode: 'full' | 'incremental' | 'ids' | 'webhook'
  /** Products edited, added and deleted between the first sync and the run of the round. */
  before: { edit: number; add: number; gone: number }
  /** Error, in hours, of the ERP's clock, which dates the edits. */
  clockHours: number
  /** The faults of its ERP. */
  faults: Fault[]
}

/** When, in the life of a page, an action hits the worker. `inside`: the page's transaction is open and blocked. */
export type Moment = 'fetching' | 'inside' | 'committed'

export type Action =
  | { kind: 'kill' | 'freeze'; moment: Moment; seconds: number }
  | { kind: 'terminate' }
  | { kind: 'kill-postgres'; seconds: number }
  | { kind: 'cut-connections' }
  /** The next page is committed, and the worker gets no response to its COMMIT. */
  | { kind: 'lose-answer'; pausesMeanwhile: boolean }
  | { kind: 'edit' | 'add' | 'gone' | 'inactive' | 'move-stock'; count: number }
  | { kind: 'expire-tokens' }
  | { kind: 'pause' | 'cancel' }
  /** Moves the clock of the worker that holds the run, or of the process that starts runs. */
  | { kind: 'clock-jump'; whose: 'worker' | 'api'; seconds: number }
  /** During a long wait that the ERP asked for with `Retry-After`. */
  | { kind: 'in-the-wait'; does: 'pause' | 'kill' | 'terminate' }
  /** Puts another account in the tenant's connection while its run is in this state. */
  | { kind: 'switch-account'; whileRun: 'paused' | 'running' | 'handed-over' }

/** An action that is performed when the tenant's `nth` request for products arrives. */
export interface ScheduledAction {
  tenant: number
  nth: number
  action: Action
}

/** A round: everything that is drawn from its seed. */
export interface Plan {
  seed: number
  tenants: TenantPlan[]
  actions: ScheduledAction[]
  /** Whether a person confirms a large sweep. */
  confirmsSweeps: boolean
  /** How long a run stays paused before a person resumes it. */
  pauseMs: number
}
