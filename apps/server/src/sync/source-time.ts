import { type Dialect, type ProductRow, parseProductRows } from '@espejo/cianbox'
import { readDatabaseClock } from '../db/database-clock.js'
import type { Pool } from '../db/pool.js'
import { newestUntil } from './belief/rules.js'

/** When the source says that a row was modified, ISO 8601 UTC; null when it does not, or cannot be read. */
export function modifiedAt({ raw }: ProductRow, dialect: Dialect): string | null {
  return parseProductRows([raw], dialect).products[0]?.sourceUpdatedAt ?? null
}

/**
 * The newest time of modification among rows, by the source's own clock. Times ahead of the database's
 * clock are passed over: a lower time only makes the next look reach further back.
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
