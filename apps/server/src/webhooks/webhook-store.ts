import { createHash, randomBytes } from 'node:crypto'
import type { NotificationEvent } from '@espejo/cianbox'
import type { Sealer } from '../connections/secrets.js'
import { type Pool, type Tx, withTenant, withWebhookHash } from '../db/pool.js'

/** A tenant's address for notifications. */
export interface Webhook {
  secret: string
  cuenta: string
  /** As the ERP has it; null until it has taken the registration. */
  registeredUrl: string | null
  events: NotificationEvent[]
  lastReceivedAt: Date | null
  /** Notified ids that no product can have, and that were dropped. */
  ignoredIds: number
}

/** The one webhook that a tenant has. Its secret is sealed; the hash of it finds the tenant. */
export interface WebhookStore {
  get(tenantId: string): Promise<Webhook | null>
  /** The tenant's secret for an account, made at the first call. Deliveries to it are taken from here on. */
  prepare(tenantId: string, cuenta: string): Promise<string>
  registered(tenantId: string, url: string, events: readonly NotificationEvent[]): Promise<void>
  /** Deliveries to its address find nothing from here on. */
  delete(tenantId: string): Promise<void>
  /** Whose secret this is, and of which account. */
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
        // Another account's address must not lead here once it is not this tenant's any more.
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
      // Looked up by hash, so that the time it takes tells nothing of a secret that is nearly right.
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
