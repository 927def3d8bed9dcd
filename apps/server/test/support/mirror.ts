import type { AccountControl } from '@espejo/simulator'
import { type Pool, withTenant } from '../../src/db/pool.js'

/** The raw rows that a tenant's mirror lists, by id. */
export async function mirrorOf(pool: Pool, tenantId: string): Promise<Map<number, unknown>> {
  const { rows } = await withTenant(pool, tenantId, (tx) =>
    tx.query<{ id: number; raw: unknown }>(
      `SELECT cianbox_id::int AS id, raw FROM catalog.products WHERE tenant_id = $1 AND retired_at IS NULL`,
      [tenantId],
    ),
  )
  return new Map(rows.map(({ id, raw }) => [id, raw]))
}

/** The rows that the source lists now, by id. */
export function truthOf(account: AccountControl): Map<number, unknown> {
  return new Map([...account.truth()].map((row) => [row.id, JSON.parse(JSON.stringify(row))]))
}
