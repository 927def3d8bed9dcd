/**
 * Waits for statements that were sent together in one transaction, and answers as `Promise.all` does.
 *
 * After the first statement that PostgreSQL refuses, every later one of the transaction fails with 25P02
 * ("current transaction is aborted"), and which of these rejections reaches us first depends on how many
 * promises wrap each. So all are waited for, and the earliest in the order of sending is thrown: it is the
 * cause, the others are its consequence.
 */
export async function pipelined<T extends readonly unknown[] | []>(
  statements: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const outcomes = await Promise.allSettled<readonly unknown[]>(statements)
  const values: unknown = outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
  return values as { -readonly [K in keyof T]: Awaited<T[K]> }
}
