import type { Pool, Tx } from './pool.js'

/**
 * What time it is for everything that is compared with times in the database: the time of PostgreSQL at the
 * begin of the transaction. All nodes share it, so that one whose own clock is wrong decides like the others.
 */
export type DatabaseClock = (tx: Tx) => Promise<Date>

export const readDatabaseClock: DatabaseClock = async (tx) => {
  const { rows } = await tx.query<{ now: Date }>('SELECT now()')
  if (!rows[0]) throw new Error('PostgreSQL did not say what time it is.')
  return rows[0].now
}

/** As {@link readDatabaseClock}, outside of any transaction. */
export async function databaseNow(pool: Pool): Promise<Date> {
  const { rows } = await pool.query<{ now: Date }>('SELECT now()')
  if (!rows[0]) throw new Error('PostgreSQL did not say what time it is.')
  return rows[0].now
}

/** By how much the process's clock is ahead of the database's, in milliseconds; negative: behind. */
export async function clockDifference(pool: Pool, now: () => Date): Promise<number> {
  const before = now().getTime()
  const { rows } = await pool.query<{ at: Date }>('SELECT clock_timestamp() AS at')
  const after = now().getTime()
  // The database has looked at some moment in between.
  return (before + after) / 2 - (rows[0]?.at.getTime() ?? after)
}

/** Sessions expire by the process's clock: a larger error ends them too early, or too late. */
const MOST_DIFFERENCE_MS = 5 * 60_000

/** A difference that is too large, in words: «16 min ahead of the database's»; null: it is small enough. */
export function describeDifference(ms: number): string | null {
  if (Math.abs(ms) <= MOST_DIFFERENCE_MS) return null
  const minutes = Math.round(Math.abs(ms) / 60_000)
  const parts = [
    { amount: Math.floor(minutes / 1440), unit: 'd' },
    { amount: Math.floor(minutes / 60) % 24, unit: 'h' },
    { amount: minutes % 60, unit: 'min' },
  ]
  const readable = parts.flatMap(({ amount, unit }) => (amount > 0 ? [`${amount} ${unit}`] : [])).join(' ')
  return `${readable} ${ms > 0 ? 'ahead of' : 'behind'} the database's`
}
