import type { Tokens } from '@espejo/cianbox'
import type { Connection } from '@espejo/contract'
import type { ConnectionBody } from '@espejo/contract/schemas'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { CONNECTION_COLUMNS, type ConnectionRow, toConnection, UPSERT_CONNECTION } from './connection-row.js'
import { type Sealer, UnsealError } from './secrets.js'

/** A tenant's first connection has no password. */
export class PasswordRequiredError extends Error {
  override readonly name = 'PasswordRequiredError'
}

/** A connection with its decrypted password. */
export interface UnsealedConnection {
  connection: Connection
  password: string
  /** Increases with each change of account or credentials. Tokens and runs belong to one version. */
  credentialsVersion: number
}

/** Stores the one connection of each tenant. Password and tokens are encrypted, bound to tenant and use. */
export interface ConnectionStore {
  get(tenantId: string): Promise<Connection | null>
  /**
   * Writes the connection. Without a password the stored one is kept. A change of account or credentials deletes
   * the tokens; the same password again does not.
   * @throws {@link PasswordRequiredError} when no password is stored.
   */
  put(tenantId: string, body: ConnectionBody): Promise<Connection>
  /** Idempotent. */
  delete(tenantId: string): Promise<void>
  /** @throws UnsealError when the stored password was sealed under another key. */
  open(tenantId: string): Promise<UnsealedConnection | null>
  /** The tokens of this version; null: none, or not readable. The client then logs in again. */
  loadTokens(tenantId: string, credentialsVersion: number): Promise<Tokens | null>
  /** Does nothing when the credentials have another version by now. */
  saveTokens(tenantId: string, credentialsVersion: number, tokens: Tokens): Promise<void>
}

export function createConnectionStore(deps: { pool: Pool; sealer: Sealer }): ConnectionStore {
  const { pool, sealer } = deps

  async function put(tx: Tx, tenantId: string, body: ConnectionBody): Promise<Connection> {
    const before = await readRow(tx, tenantId, 'FOR UPDATE')
    const password =
      body.password === undefined
        ? before?.passwordSealed
        : sealer.seal(body.password, passwordContext(tenantId))
    if (password === undefined) throw new PasswordRequiredError('The first connection needs a password.')
    const hasNewPassword = body.password !== undefined && body.password !== readPassword(before, tenantId)
    const { rows } = await tx.query<ConnectionRow>(UPSERT_CONNECTION, [
      tenantId,
      body.cuenta,
      body.appName,
      body.appCode,
      body.user,
      password,
      body.pageSize,
      body.dialect,
      body.requestsPerSecond,
      body.isActive,
      hasNewPassword || before === null || !sameAccount(before, body),
      body.dailyRequestBudget === undefined ? (before?.dailyRequestBudget ?? null) : body.dailyRequestBudget,
    ])
    return toConnection(rows[0] as ConnectionRow)
  }

  /** Null: no password, or sealed under another key. */
  function readPassword(row: ConnectionRow | null, tenantId: string): string | null {
    try {
      return row && sealer.open(row.passwordSealed, passwordContext(tenantId))
    } catch (error) {
      if (error instanceof UnsealError) return null
      throw error
    }
  }

  return {
    get: (tenantId) =>
      withTenant(pool, tenantId, async (tx) => {
        const row = await readRow(tx, tenantId)
        return row && toConnection(row)
      }),
    put: (tenantId, body) => withTenant(pool, tenantId, (tx) => put(tx, tenantId, body)),
    delete: (tenantId) =>
      withTenant(pool, tenantId, async (tx) => {
        await tx.query('DELETE FROM app.connections WHERE tenant_id = $1', [tenantId])
      }),
    async open(tenantId) {
      const row = await withTenant(pool, tenantId, (tx) => readRow(tx, tenantId))
      return (
        row && {
          connection: toConnection(row),
          password: sealer.open(row.passwordSealed, passwordContext(tenantId)),
          credentialsVersion: row.credentialsVersion,
        }
      )
    },
    async loadTokens(tenantId, credentialsVersion) {
      const row = await withTenant(pool, tenantId, (tx) => readRow(tx, tenantId))
      if (row?.credentialsVersion !== credentialsVersion || row.tokensSealed === null) return null
      try {
        return JSON.parse(sealer.open(row.tokensSealed, tokensContext(tenantId))) as Tokens
      } catch {
        return null // only a cache: the client logs in again
      }
    },
    saveTokens: (tenantId, credentialsVersion, tokens) =>
      withTenant(pool, tenantId, async (tx) => {
        await tx.query(
          'UPDATE app.connections SET tokens_sealed = $3 WHERE tenant_id = $1 AND credentials_version = $2',
          [tenantId, credentialsVersion, sealer.seal(JSON.stringify(tokens), tokensContext(tenantId))],
        )
      }),
  }
}

async function readRow(
  tx: Tx,
  tenantId: string,
  lock: '' | 'FOR UPDATE' = '',
): Promise<ConnectionRow | null> {
  const { rows } = await tx.query<ConnectionRow>(
    `SELECT ${CONNECTION_COLUMNS} FROM app.connections WHERE tenant_id = $1 ${lock}`,
    [tenantId],
  )
  return rows[0] ?? null
}

function sameAccount(row: ConnectionRow, body: ConnectionBody): boolean {
  return (
    row.cuenta === body.cuenta &&
    row.appName === body.appName &&
    row.appCode === body.appCode &&
    row.user === body.user
  )
}

function passwordContext(tenantId: string): string {
  return `connection:${tenantId}:password`
}

function tokensContext(tenantId: string): string {
  return `connection:${tenantId}:tokens`
}
