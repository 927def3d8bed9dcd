/**
 * Waits for statements that were sent together in one transaction. Resolves like `Promise.all`.
 *
 * After a statement fails, every later one of the transaction fails with 25P02 ("current transaction is aborted"),
 * and those rejections may arrive first. So this waits for all statements and throws the first failure in the order
 * of sending, which is the cause of the others.
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
