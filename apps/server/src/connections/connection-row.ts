import type { Connection } from '@espejo/contract'

/** A row of `app.connections`, selected with {@link CONNECTION_COLUMNS}. */
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

/**
 * Inserts or updates a tenant's connection; `$11`: account or credentials have changed. The first version is random,
 * so that no token or run of a deleted connection matches a new one.
 */
export const UPSERT_CONNECTION = `
  INSERT INTO app.connections AS c (
    tenant_id, cuenta, app_name, app_code, erp_user, password_sealed, page_size, dialect,
    requests_per_second, is_active, credentials_version, daily_request_budget)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, floor(random() * 1000000000)::integer, $12)
  ON CONFLICT (tenant_id) DO UPDATE SET
    cuenta = excluded.cuenta, app_name = excluded.app_name, app_code = excluded.app_code,
    erp_user = excluded.erp_user, password_sealed = excluded.password_sealed,
    page_size = excluded.page_size, dialect = excluded.dialect,
    requests_per_second = excluded.requests_per_second, is_active = excluded.is_active, updated_at = now(),
    daily_request_budget = excluded.daily_request_budget,
    tokens_sealed = CASE WHEN $11::boolean THEN NULL ELSE c.tokens_sealed END,
    credentials_version = c.credentials_version + CASE WHEN $11 THEN 1 ELSE 0 END
  RETURNING ${CONNECTION_COLUMNS}`

/** The row as the HTTP API shows it, without secrets. */
export function toConnection(row: ConnectionRow): Connection {
  const { passwordSealed, tokensSealed: _, credentialsVersion: __, updatedAt, ...shown } = row
  return { ...shown, hasPassword: passwordSealed.length > 0, updatedAt: updatedAt.toISOString() }
}
