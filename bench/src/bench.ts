/** A benchmark, as `main.ts` runs it by its name. */
export interface Bench {
  /**
   * Measures, prints its table on stdout (what it is doing meanwhile goes to stderr), and stops all
   * that it started, also when `signal` aborts.
   *
   * @param args its own options, from the command line
   * @returns the same results for machines: it is written as JSON
   * @throws UsageError when `args` are invalid
   */
  run(args: readonly string[], signal: AbortSignal): Promise<object>
}
