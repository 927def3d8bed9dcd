import type { Pool, Tx } from './pool.js'

/**
 * The time to compare with times in the database: PostgreSQL's, at the start of the transaction. It is the same
 * for all nodes, whatever their own clocks show.
 */
export type DatabaseClock = (tx: Tx) => Promise<Date>

/** PostgreSQL's `now()`: the start of the transaction, or with a pool the present time. */
export async function readDatabaseClock(db: Pick<Pool, 'query'>): Promise<Date> {
  const { rows } = await db.query<{ now: Date }>('SELECT now()')
  if (!rows[0]) throw new Error('PostgreSQL did not return its time.')
  return rows[0].now
}

/** How far the process's clock is ahead of the database's, in milliseconds; negative: behind. */
export async function clockDifference(pool: Pool, now: () => Date): Promise<number> {
  const before = now().getTime()
  const { rows } = await pool.query<{ at: Date }>('SELECT clock_timestamp() AS at')
  const after = now().getTime()
  // The database read its clock between `before` and `after`.
  return (before + after) / 2 - (rows[0]?.at.getTime() ?? after)
}

/** A larger difference makes sessions expire too early or too late: they expire by the process's clock. */
const MOST_DIFFERENCE_MS = 5 * 60_000

/** A difference above 5 min in words: «16 min ahead of the database's»; null: not above. */
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
