import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import pg from 'pg'
import { describe, expect, inject, it, onTestFinished } from 'vitest'

const DIR = fileURLToPath(new URL('../migrations', import.meta.url))
/** Number of migrations before the tested one. */
const BEFORE = readdirSync(DIR).filter((name) => name < '0040').length

/** An empty database, and a function that applies migrations to it. */
async function emptyDatabase() {
  const address = new URL(inject('templateUrl'))
  address.pathname = '/postgres'
  const admin = new pg.Client({ connectionString: address.href })
  await admin.connect()
  const name = `test_${randomBytes(6).toString('hex')}`
  await admin.query(`CREATE DATABASE ${name}`)
  await admin.end()
  address.pathname = `/${name}`
  const client = new pg.Client({ connectionString: address.href })
  await client.connect()
  onTestFinished(() => client.end())
  const up = (count?: number) =>
    runner({
      dbClient: client,
      dir: DIR,
      direction: 'up',
      migrationsTable: 'espejo_migrations',
      noLock: true,
      log: () => undefined,
      ...(count === undefined ? {} : { count }),
    })
  return { client, up }
}

describe('the migration to list currencies', () => {
  it('renames the local amounts in the existing changes of every tenant', async () => {
    const { client, up } = await emptyDatabase()
    await up(BEFORE)
    const log = (tenant: string, fields: object[]) =>
      client.query(
        `INSERT INTO catalog.product_changes (tenant_id, run_id, cianbox_id, kind, fields)
         VALUES ($1, 'r', 1, 'updated', $2)`,
        [tenant, JSON.stringify(fields)],
      )
    const asTenant = (tenant: string) => client.query(`SELECT set_config('app.tenant', $1, false)`, [tenant])
    const old = [
      { field: 'name', old: 'prices.0.net', new: 'Otro' },
      { field: 'prices.0.net', old: '1', new: null },
      { field: 'prices.12.final', old: '1.5', new: '2' },
      { field: 'raw.prices.0.net', old: 1, new: 2 },
    ]
    for (const tenant of ['uno', 'dos']) {
      await asTenant(tenant)
      await log(tenant, old)
      await log(tenant, [])
    }
    await up()
    for (const tenant of ['uno', 'dos']) {
      await asTenant(tenant)
      const { rows } = await client.query('SELECT fields FROM catalog.product_changes ORDER BY change_id')
      expect(rows).toEqual([
        {
          fields: [
            old[0],
            { ...old[1], field: 'prices.0.localNet' },
            { ...old[2], field: 'prices.12.localFinal' },
            old[3],
          ],
        },
        { fields: [] },
      ])
    }
    // Row-level security applies to the owner again.
    const { rows } = await client.query(
      `SELECT relforcerowsecurity AS forced FROM pg_class
        WHERE oid IN ('catalog.product_changes'::regclass, 'app.dry_run_changes'::regclass)`,
    )
    expect(rows).toEqual([{ forced: true }, { forced: true }])
  })

  it('refuses an offer amount that is not a number', async () => {
    const { client, up } = await emptyDatabase()
    await up()
    await client.query(`SELECT set_config('app.tenant', 'uno', false)`)
    const insert = client.query(
      `INSERT INTO catalog.products (tenant_id, cianbox_id, name, is_active, is_parent, image_urls, raw, content_hash,
                                     search_text, offer_local_final)
       VALUES ('uno', 1, 'x', true, false, '{}', '{}', '', 'x', 'NaN')`,
    )
    await expect(insert).rejects.toThrow('offer_amounts_are_finite')
  })
})
