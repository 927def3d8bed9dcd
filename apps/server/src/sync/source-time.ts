import { type Dialect, type ProductRow, parseProductRows } from '@espejo/cianbox'
import { readDatabaseClock } from '../db/database-clock.js'
import type { Pool } from '../db/pool.js'
import { newestUntil } from './belief/rules.js'

/** A row's time of modification, ISO 8601 UTC; null when it has none, or the row cannot be parsed. */
export function modifiedAt({ raw }: ProductRow, dialect: Dialect): string | null {
  return parseProductRows([raw], dialect).products[0]?.sourceUpdatedAt ?? null
}

/**
 * The newest time of modification among rows, by the source's clock. Times after the database's clock are ignored: a
 * lower watermark only makes the next incremental run read more.
 */
export async function newestModification(
  pool: Pool,
  rows: readonly ProductRow[],
  dialect: Dialect,
): Promise<string | null> {
  if (rows.length === 0 || dialect === 'simple') return null
  const times = rows.map((row) => modifiedAt(row, dialect))
  return newestUntil(await readDatabaseClock(pool), times)
}
