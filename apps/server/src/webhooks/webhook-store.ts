import { createHash, randomBytes } from 'node:crypto'
import type { NotificationEvent } from '@espejo/cianbox'
import type { Sealer } from '../connections/secrets.js'
import { type Pool, type Tx, withTenant, withWebhookHash } from '../db/pool.js'

/** A tenant's webhook for notifications of the ERP. */
export interface Webhook {
  /** Last part of the URL. */
  secret: string
  cuenta: string
  /** The URL as registered; null until the ERP has accepted it. */
  registeredUrl: string | null
  events: NotificationEvent[]
  lastReceivedAt: Date | null
  /** Number of notified ids that were dropped because they are invalid. */
  ignoredIds: number
}

/** Stores the one webhook of each tenant. The secret is encrypted; its hash identifies the tenant. */
export interface WebhookStore {
  get(tenantId: string): Promise<Webhook | null>
  /** Returns the tenant's secret for an account, which the first call creates. Its URL accepts notifications from now on. */
  prepare(tenantId: string, cuenta: string): Promise<string>
  /** Records that the ERP has accepted the registration. */
  registered(tenantId: string, url: string, events: readonly NotificationEvent[]): Promise<void>
  /** Deletes the webhook; its URL is a 404 from now on. */
  delete(tenantId: string): Promise<void>
  /** The tenant and account of a secret; null: unknown. */
  find(secret: string): Promise<{ tenantId: string; cuenta: string } | null>
}

export function createWebhookStore(deps: { pool: Pool; sealer: Sealer }): WebhookStore {
  const { pool, sealer } = deps
  return {
    get: (tenantId) =>
      withTenant(pool, tenantId, async (tx) => {
        const row = await readRow(tx, tenantId)
        if (!row) return null
        const { secretSealed, ...webhook } = row
        return { ...webhook, secret: sealer.open(secretSealed, contextOf(tenantId)) }
      }),
    async prepare(tenantId, cuenta) {
      const fresh = randomBytes(32).toString('base64url')
      return withTenant(pool, tenantId, async (tx) => {
        // After a change of account, the old account's URL must not reach this tenant.
        await tx.query('DELETE FROM app.webhooks WHERE tenant_id = $1 AND cuenta <> $2', [tenantId, cuenta])
        await tx.query(
          `INSERT INTO app.webhooks (tenant_id, secret_hash, secret_sealed, cuenta) VALUES ($1, $2, $3, $4)
           ON CONFLICT (tenant_id) DO NOTHING`,
          [tenantId, hashOf(fresh), sealer.seal(fresh, contextOf(tenantId)), cuenta],
        )
        const row = await readRow(tx, tenantId)
        return row ? sealer.open(row.secretSealed, contextOf(tenantId)) : fresh
      })
    },
    registered: (tenantId, url, events) =>
      withTenant(pool, tenantId, async (tx) => {
        await tx.query('UPDATE app.webhooks SET registered_url = $2, events = $3 WHERE tenant_id = $1', [
          tenantId,
          url,
          events,
        ])
      }),
    delete: (tenantId) =>
      withTenant(pool, tenantId, async (tx) => {
        await tx.query('DELETE FROM app.webhooks WHERE tenant_id = $1', [tenantId])
      }),
    async find(secret) {
      // By hash, against timing attacks on the secret.
      const hash = hashOf(secret)
      const { rows } = await withWebhookHash(pool, hash, (tx) =>
        tx.query<{ tenantId: string; cuenta: string }>(
          'SELECT tenant_id AS "tenantId", cuenta FROM app.webhooks WHERE secret_hash = $1',
          [hash],
        ),
      )
      return rows[0] ?? null
    },
  }
}

type Row = Omit<Webhook, 'secret'> & { secretSealed: Buffer }

async function readRow(tx: Tx, tenantId: string): Promise<Row | null> {
  const { rows } = await tx.query<Row>(
    `SELECT secret_sealed AS "secretSealed", cuenta, registered_url AS "registeredUrl", events,
            last_received_at AS "lastReceivedAt", ignored_ids::float8 AS "ignoredIds"
       FROM app.webhooks WHERE tenant_id = $1`,
    [tenantId],
  )
  return rows[0] ?? null
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

function contextOf(tenantId: string): string {
  return `webhook:${tenantId}:secret`
}
