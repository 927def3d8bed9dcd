/** Runs `work` when its turn comes. */
export type Admit = <T>(work: () => Promise<T>) => Promise<T>

/**
 * Lets work through in slices, in the order in which it came, and only so much of it under way at once.
 * When thousands of viewers come back in the same second, whatever else arrives (a health check, another
 * viewer's event) waits for a slice and not for all of them, and what they look up does not fill the
 * queue for the database's connections.
 *
 * Node accepts one connection in a turn of the event loop. A slice in every turn would make whoever
 * stands last in the queue of connections wait until nearly all before it were served: so most turns in
 * which more work arrived take none.
 */
export function createAdmissionQueue({ perTurn = 8, atOnce = 256, oneTurnIn = 64 } = {}): Admit {
  let waiting: (() => void)[] = []
  let taken = 0
  let underWay = 0
  let isPlanned = false
  let hasArrived = false
  let passedOver = 0

  function plan(): void {
    if (isPlanned || taken === waiting.length || underWay >= atOnce) return
    isPlanned = true
    setImmediate(turn)
  }

  function turn(): void {
    isPlanned = false
    passedOver = hasArrived ? passedOver + 1 : oneTurnIn
    hasArrived = false
    if (passedOver >= oneTurnIn) takeSlice()
    plan()
  }

  function takeSlice(): void {
    passedOver = 0
    const end = Math.min(waiting.length, taken + perTurn, taken + atOnce - underWay)
    for (; taken < end; taken++) {
      underWay += 1
      waiting[taken]?.()
    }
    // To shift a long array for each would be slow; to keep what was taken would be a leak.
    if (taken === waiting.length || taken >= MOST_TAKEN) {
      waiting = waiting.slice(taken)
      taken = 0
    }
  }

  return async (work) => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
      hasArrived = true
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

const MOST_TAKEN = 1_000
