/** Runs `work` once it is admitted, and returns what it returns. */
export type Admit = <T>(work: () => Promise<T>) => Promise<T>

/**
 * Admits work in slices, in order of arrival, and limits how much of it runs at once. When thousands of
 * viewers reconnect in the same second, other requests (a health check, an event of another viewer)
 * then wait for one slice instead of for all of them, and the viewers' queries do not fill the queue
 * for database connections.
 *
 * Node accepts one connection in each turn of the event loop. With a slice in every turn, the last
 * connection to be accepted would wait until nearly all before it were served. So while work keeps
 * arriving, only one turn in `turnsPerSlice` starts a slice.
 */
export function createAdmissionQueue({ perSlice = 8, maxConcurrent = 256, turnsPerSlice = 64 } = {}): Admit {
  let waiting: (() => void)[] = []
  let taken = 0
  let running = 0
  let isScheduled = false
  let hasNewWork = false
  let turnsSkipped = 0

  function schedule(): void {
    if (isScheduled || taken === waiting.length || running >= maxConcurrent) return
    isScheduled = true
    setImmediate(turn)
  }

  function turn(): void {
    isScheduled = false
    turnsSkipped = hasNewWork ? turnsSkipped + 1 : turnsPerSlice
    hasNewWork = false
    if (turnsSkipped >= turnsPerSlice) startSlice()
    schedule()
  }

  function startSlice(): void {
    turnsSkipped = 0
    const end = Math.min(waiting.length, taken + perSlice, taken + maxConcurrent - running)
    for (; taken < end; taken++) {
      running += 1
      waiting[taken]?.()
    }
    // `shift` on a long array is slow for each item; never removing started items would be a leak.
    if (taken === waiting.length || taken >= MAX_TAKEN) {
      waiting = waiting.slice(taken)
      taken = 0
    }
  }

  return async (work) => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
      hasNewWork = true
      schedule()
    })
    try {
      return await work()
    } finally {
      running -= 1
      schedule()
    }
  }
}

const MAX_TAKEN = 1_000
