/**
 * Throttles `run`: the first call runs at once, later ones at most every `ms` milliseconds. Calls in
 * between are merged into one at the end of the interval, so the last change is never missed.
 */
export function throttle(run: () => void, ms: number): { call: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | null = null
  let pending = false

  const tick = () => {
    timer = null
    if (!pending) return
    pending = false
    start()
  }
  const start = () => {
    timer = setTimeout(tick, ms)
    run()
  }

  return {
    call: () => {
      if (timer === null) start()
      else pending = true
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer)
      timer = null
      pending = false
    },
  }
}
