import type { Run, RunPhase } from './run.js'

/** `application/problem+json` (RFC 9457) with a stable `code`. */
export interface Problem {
  type: string
  title: string
  status: number
  code: string
  /** A sentence that says what is wrong and what to do next. */
  detail: string
  /** One entry a field that was refused. */
  errors?: { path: string; message: string }[]
  /** With `run_active` (409): the run that is under way. */
  run?: Run
}

export type Role = 'admin' | 'operator' | 'viewer'

export interface User {
  id: string
  email: string
  name: string
  tenantId: string
  role: Role
}

export interface Session {
  token: string
  user: User
}

export type Dialect = 'v2' | 'simple'

/** A tenant's connection as the API shows it: the password is write-only. */
export interface Connection {
  cuenta: string
  appName: string
  appCode: string
  user: string
  hasPassword: boolean
  pageSize: number
  dialect: Dialect
  requestsPerSecond: number
  /** Most requests a day (of America/Argentina/Buenos_Aires); null: no limit. */
  dailyRequestBudget: number | null
  /** Sent to the ERP today, by runs and everything else. */
  requestsToday: number
  isActive: boolean
  updatedAt: string
}

/** What `POST /api/cianbox/connection/test` found. */
export type ConnectionTest =
  | { ok: true; message: string; totalPages: number | null; sample: string[] }
  | { ok: false; code: string; message: string }

/**
 * What `DELETE /api/cianbox/connection` answers with 200, where the ERP could not be asked to stop
 * notifying: why, and a sentence for the operator. Otherwise it answers 204.
 */
export interface WebhookLeft {
  code: string
  message: string
}

/** Whether the ERP notifies Espejo of changes. */
export interface Webhook {
  registered: boolean
  /**
   * The address that the ERP notifies. It is a secret, for whoever has it can make Espejo send requests
   * to the ERP: null for users who may not change it.
   */
  url: string | null
  /** Events that the ERP notifies of, as it names them. */
  events: string[]
  /** ISO 8601, UTC; null: none was received yet. */
  lastReceivedAt: string | null
  /** Notified ids that no product can have, in total; nothing was requested for them. */
  ignoredIds: number
}

/** A rejected row: what was wrong with which field, and the row as it came. */
export interface Reject {
  cianboxId: string | null
  /** Pages are numbered for each phase anew. */
  phase: RunPhase
  page: number
  position: number
  field: string | null
  reason: string
  payload: unknown
}

/**
 * What a run changed of one product, field by field; of a dry run, what it would have changed. Values
 * are as the mirror shows them: decimals are text. `prices.<list>.net|final|localNet|localFinal`,
 * `offer.net|final|localNet|localFinal` and `stockByBranch.<branch>` name parts, `raw.<field>` what the mirror keeps but does not map.
 */
export interface ProductChange {
  /** Place in the log. */
  changeId: string
  cianboxId: string
  /** The product's present name; null while the mirror does not have it, as in a dry run that would create it. */
  name: string | null
  runId: string
  kind: 'created' | 'updated' | 'retired' | 'restored'
  fields: { field: string; old: unknown; new: unknown }[]
  changedAt: string
}

export interface StreamTicket {
  ticket: string
  expiresAt: string
}
