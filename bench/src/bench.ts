/** A benchmark, as `main.ts` runs it by its name. */
export interface Bench {
  /**
   * Measures, prints its table on stdout (what it is doing meanwhile goes to stderr), and stops all
   * that it started, also when `signal` aborts.
   *
   * @param args its own options, from the command line
   * @returns the same results for machines: it is written as JSON
   * @throws {@link UsageError} when it does not understand `args`
   */
  run(args: readonly string[], signal: AbortSignal): Promise<object>
}

/** The command line makes no sense; the message is one line that says what does. */
export class UsageError extends Error {
  override name = 'UsageError'
}
