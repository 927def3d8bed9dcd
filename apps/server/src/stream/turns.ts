/** Runs `work` when its turn comes. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/**
 * Lets work through in slices, in the order in which it came: so much in one turn of the event loop, so
 * much under way at once. When thousands of viewers come back in the same second, whatever else arrives
 * (a health check, another viewer's event) waits for a slice, not for all of them; and what they look
 * up does not fill the queue for the database's connections.
 */
export function createTurns({ perTurn = 32, atOnce = 256 } = {}): InTurn {
  let waiting: (() => void)[] = []
  let taken = 0
  let underWay = 0
  let isPlanned = false

  function plan(): void {
    if (isPlanned || taken === waiting.length || underWay >= atOnce) return
    isPlanned = true
    setImmediate(takeSlice)
  }

  function takeSlice(): void {
    isPlanned = false
    const end = Math.min(waiting.length, taken + perTurn, taken + atOnce - underWay)
    for (; taken < end; taken++) {
      underWay += 1
      waiting[taken]?.()
    }
    // From the front of a long array one does not take single elements.
    if (taken === waiting.length || taken > 1_000) {
      waiting = waiting.slice(taken)
      taken = 0
    }
    plan()
  }

  return async (work) => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
      plan()
    })
    try {
      return await work()
    } finally {
      underWay -= 1
      plan()
    }
  }
}
