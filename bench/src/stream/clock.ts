/**
 * Milliseconds of the machine's monotonic clock, the same one in every process: an event stamped in one
 * can be timed in another. `performance.now()` would not do, it counts from each process's own start.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
