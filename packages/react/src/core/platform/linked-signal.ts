import type { Platform } from './platform.js'

/**
 * A controller that is also aborted when `signal` is. Older browsers of those we support have no
 * `AbortSignal.any`.
 */
export function linkedController(signal: AbortSignal): AbortController {
  const controller = new AbortController()
  if (signal.aborted) controller.abort()
  const onAbort = () => controller.abort()
  signal.addEventListener('abort', onAbort)
  controller.signal.addEventListener('abort', () => signal.removeEventListener('abort', onAbort))
  return controller
}

/** Resolves after `ms` milliseconds, or as soon as the signal is aborted. Never rejects. */
export function pause(
  ms: number,
  signal: AbortSignal,
  { setTimer }: Pick<Platform, 'setTimer'>,
): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const cancelTimer = setTimer(finish, ms)
    signal.addEventListener('abort', finish)
    function finish() {
      cancelTimer()
      signal.removeEventListener('abort', finish)
      resolve()
    }
  })
}
