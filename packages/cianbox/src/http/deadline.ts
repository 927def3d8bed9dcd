/** The abort reason of a request whose deadline has passed. */
export class DeadlineExceeded extends Error {}

export interface Deadline {
  /** Restarts the timer, for the next part of the work. */
  set(ms: number): void
  clear(): void
}

/** Aborts with {@link DeadlineExceeded} when a part of the work takes longer than `ms` milliseconds. */
export function createDeadline(abort: (reason: Error) => void): Deadline {
  let timer: NodeJS.Timeout | undefined
  return {
    set: (ms) => {
      clearTimeout(timer)
      timer = setTimeout(() => abort(new DeadlineExceeded(`not done in ${ms} ms`)), ms)
    },
    clear: () => clearTimeout(timer),
  }
}
