import type { Run, RunPhase } from './run.js'

/** `application/problem+json` (RFC 9457) with a stable `code`. */
export interface Problem {
  type: string
  title: string
  status: number
  code: string
  /** A sentence with the error and what to do next. */
  detail: string
  /** One entry per refused field. */
  errors?: { path: string; message: string }[]
  /** With `run_active` (409): the active run. */
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

/** One of a person's own sessions, as `GET /api/auth/sessions` lists them. */
export interface OpenSession {
  id: string
  /** Whether it is the session of the request. */
  isCurrent: boolean
  createdAt: string
  lastSeenAt: string
  expiresAt: string
}

/** The state of the installation, for whoever is not signed in. */
export interface SetupStatus {
  /** Whether there is no tenant yet, so that `POST /api/setup` makes the first one. */
  needed: boolean
  /** Whether it runs with the demo's shops and logins. */
  demo: boolean
}

export type Dialect = 'v2' | 'simple'

/** A tenant's connection to its ERP account. The password is write-only. */
export interface Connection {
  cuenta: string
  appName: string
  appCode: string
  user: string
  hasPassword: boolean
  pageSize: number
  dialect: Dialect
  requestsPerSecond: number
  /** Most requests per day (in America/Argentina/Buenos_Aires); null: no limit. */
  dailyRequestBudget: number | null
  /** Requests sent to the ERP today, by runs and everything else. */
  requestsToday: number
  isActive: boolean
  updatedAt: string
}

/** The result of `POST /api/cianbox/connection/test`. */
export type ConnectionTest =
  | { ok: true; message: string; totalPages: number | null; sample: string[] }
  | { ok: false; code: string; message: string }

/**
 * The body of `DELETE /api/cianbox/connection` with status 200: the connection was deleted, but the webhook
 * could not be removed from the ERP. Contains the reason and a sentence for the operator. Otherwise 204.
 */
export interface WebhookLeft {
  code: string
  message: string
}

/** Whether the ERP notifies Espejo of changes. */
export interface Webhook {
  registered: boolean
  /**
   * The URL that the ERP notifies. It is a secret, because anyone who has it can make Espejo send requests
   * to the ERP. Null for users who may not change it.
   */
  url: string | null
  /** The registered events, by the ERP's names. */
  events: string[]
  /** ISO 8601, UTC; null: none was received yet. */
  lastReceivedAt: string | null
  /** Total number of notified ids that no product can have; they were ignored. */
  ignoredIds: number
}

/** A rejected row: the field, the reason, and the row itself. */
export interface Reject {
  cianboxId: string | null
  /** Page numbers begin at 1 in each phase. */
  phase: RunPhase
  page: number
  position: number
  field: string | null
  reason: string
  payload: unknown
}

/**
 * The fields of one product that a run changed, or would have changed in a dry run. Values are as in the
 * mirror: decimals are text. Field names of nested values: `prices.<list>.net|final|localNet|localFinal`,
 * `offer.net|final|localNet|localFinal`, `stockByBranch.<branch>`, and `raw.<field>` for the ERP's fields
 * that the mirror stores only in `raw`.
 */
export interface ProductChange {
  /** Position in the change log. */
  changeId: string
  cianboxId: string
  /** The product's current name; null if the mirror does not contain it, as in a dry run that would create it. */
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
