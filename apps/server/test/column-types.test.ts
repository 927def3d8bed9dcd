import { expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { useDatabase } from './support/database.js'
import { addTenant } from './support/stream.js'

const database = useDatabase()
const AMOUNTS = ['price', 'price_net', 'cost', 'tax_rate', 'stock', 'reserved']

it('no column of the mirror has a domain, for which code generators have no type', async () => {
  const { rows } = await database.pool.query(
    `SELECT table_name, column_name, domain_name FROM information_schema.columns
      WHERE table_schema = 'catalog' AND domain_name IS NOT NULL`,
  )
  expect(rows).toEqual([])
})

it.each(AMOUNTS)('%s is a finite number', async (column) => {
  await addTenant(database.pool, 'amounts')
  const insert = (amount: string) =>
    withTenant(database.pool, 'amounts', (tx) =>
      tx.query(
        `INSERT INTO catalog.products (tenant_id, cianbox_id, name, is_active, is_parent, image_urls, raw,
                content_hash, search_text, ${column})
         VALUES ('amounts', 1, 'Mate', true, false, '{}', '{}', '', 'mate', $1) ON CONFLICT DO NOTHING`,
        [amount],
      ),
    )
  for (const amount of ['NaN', 'Infinity', '-Infinity']) await expect(insert(amount)).rejects.toThrow(/check/)
  await expect(insert('12.3456')).resolves.toBeDefined()
})
