import type { Connection } from '@espejo/contract'

/** A row of `app.connections`, as `pg` gives it with {@link CONNECTION_COLUMNS}. */
export interface ConnectionRow extends Omit<Connection, 'hasPassword' | 'updatedAt'> {
  passwordSealed: Buffer
  tokensSealed: Buffer | null
  credentialsVersion: number
  updatedAt: Date
}

export const CONNECTION_COLUMNS = `
  cuenta, app_name AS "appName", app_code AS "appCode", erp_user AS "user", password_sealed AS "passwordSealed",
  tokens_sealed AS "tokensSealed", page_size AS "pageSize", dialect,
  requests_per_second AS "requestsPerSecond", daily_request_budget AS "dailyRequestBudget",
  app.requests_today(tenant_id) AS "requestsToday", is_active AS "isActive",
  credentials_version AS "credentialsVersion", updated_at AS "updatedAt"`

/** The row as the HTTP API shows it: without anything secret. */
export function toConnection(row: ConnectionRow): Connection {
  const { passwordSealed, tokensSealed: _, credentialsVersion: __, updatedAt, ...shown } = row
  return { ...shown, hasPassword: passwordSealed.length > 0, updatedAt: updatedAt.toISOString() }
}
