import type { Edges } from './platform.js'

/** A controller that is aborted with `signal`, or by itself. `AbortSignal.any` is too new for some browsers. */
export function linkedController(signal: AbortSignal): AbortController {
  const controller = new AbortController()
  if (signal.aborted) controller.abort()
  const follow = () => controller.abort()
  signal.addEventListener('abort', follow)
  controller.signal.addEventListener('abort', () => signal.removeEventListener('abort', follow))
  return controller
}

/** Resolves after `ms`, or as soon as the signal is aborted. */
export function pause(ms: number, signal: AbortSignal, { setTimer }: Pick<Edges, 'setTimer'>): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const takeBack = setTimer(finish, ms)
    signal.addEventListener('abort', finish)
    function finish() {
      takeBack()
      signal.removeEventListener('abort', finish)
      resolve()
    }
  })
}
