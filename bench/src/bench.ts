/** A benchmark, as `main.ts` runs it by its name. */
export interface Bench {
  /**
   * Measures and prints its table on stdout and its progress on stderr. Stops everything that it started, also when
   * `signal` aborts.
   *
   * @param args its own options, from the command line
   * @returns the results for the JSON report
   * @throws UsageError when `args` are invalid
   */
  run(args: readonly string[], signal: AbortSignal): Promise<object>
}
