import type { DatabaseError } from 'pg'
import { pipelined } from '../db/pipelined.js'
import type { Tx } from '../db/pool.js'

/** A row that PostgreSQL refused, with its error. */
export interface Refused<T> {
  row: T
  error: DatabaseError
}

/**
 * Writes rows in one statement. If PostgreSQL refuses the data, tries halves until every refused row is isolated and
 * every other row is written.
 * @param write must send its one statement before it awaits anything, so that it is sent between the savepoint and its
 * release
 * @returns the refused rows
 * @throws errors that the data do not cause: a lost connection, a deadlock, a timeout
 */
export async function writeIsolating<T>(
  tx: Tx,
  rows: readonly T[],
  write: (rows: readonly T[]) => Promise<void>,
): Promise<Refused<T>[]> {
  if (rows.length === 0) return []
  try {
    // One round trip. If the write fails, the RELEASE after it fails too.
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
