import type { DatabaseError } from 'pg'
import { pipelined } from '../db/pipelined.js'
import type { Tx } from '../db/pool.js'

/** A row that PostgreSQL would not store, and why. */
export interface Refused<T> {
  row: T
  error: DatabaseError
}

/**
 * Writes rows in one statement. If PostgreSQL refuses the data, halves are tried until the refused
 * rows stand alone and every other row is written.
 * @param write sends its one statement before it awaits anything: it goes out between the savepoint and
 * its release.
 * @throws whatever is not about the rows: a lost connection, a deadlock, a timeout.
 */
export async function writeIsolating<T>(
  tx: Tx,
  rows: readonly T[],
  write: (rows: readonly T[]) => Promise<void>,
): Promise<Refused<T>[]> {
  if (rows.length === 0) return []
  try {
    // One round trip. A write that fails makes the RELEASE behind it fail as well.
    await pipelined([tx.query('SAVEPOINT rows'), write(rows), tx.query('RELEASE SAVEPOINT rows')])
    return []
  } catch (error) {
    if (!isAboutTheData(error)) throw error
    await pipelined([tx.query('ROLLBACK TO SAVEPOINT rows'), tx.query('RELEASE SAVEPOINT rows')])
    const [only] = rows
    if (rows.length === 1 && only !== undefined) return [{ row: only, error }]
    const middle = Math.ceil(rows.length / 2)
    return [
      ...(await writeIsolating(tx, rows.slice(0, middle), write)),
      ...(await writeIsolating(tx, rows.slice(middle), write)),
    ]
  }
}

/** SQLSTATE classes 22 (data), 23 (constraint) and 54 (limit, such as an index entry's size). */
function isAboutTheData(error: unknown): error is DatabaseError {
  return error instanceof Error && 'code' in error && /^(22|23|54)/.test(String(error.code))
}
