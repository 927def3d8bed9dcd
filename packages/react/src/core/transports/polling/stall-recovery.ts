import { runUrl } from '../../api/endpoints.js'
import type { ConnectionProblem } from '../../connection/problem.js'
import { linkedController, pause } from '../../platform/linked-signal.js'
import { createFrameMemory } from '../frame-memory.js'
import type { StreamListener, Transport, TransportContext } from '../transport.js'
import { type ObservedStream, observeStream } from './stall-detection.js'

/** A stream that has lasted this long is not cut every few seconds. */
const LASTS_MS = 20_000

export interface Trial {
  runId: string
  /** What the stream has to show that it is free of. */
  problem: ConnectionProblem
  /** Gets what the stream says once it is proven, and nothing before. */
  listener: StreamListener
  signal: AbortSignal
}

/**
 * Opens the stream beside the polling, and holds what it says aside until it has proven itself: its
 * `start` came with the headers (asked for without a cursor, so that there is one), or it lasted.
 *
 * @param whilePolling an unproven trial ends with it; a proven one is the listener's
 * @returns null when the stream is no better than before
 */
export async function tryStream(
  context: TransportContext,
  stream: Transport,
  { runId, problem, listener, signal }: Trial,
  whilePolling: AbortSignal,
): Promise<ObservedStream | null> {
  if (whilePolling.aborted) return null
  const attempt = linkedController(signal)
  const giveUp = () => attempt.abort()
  whilePolling.addEventListener('abort', giveUp)

  const memory = createFrameMemory()
  let isProven = false
  let spoke = () => {}
  const hasSpoken = new Promise<void>((resolve) => {
    spoke = resolve
  })
  const gate: StreamListener = {
    open() {},
    activity() {
      if (isProven) listener.activity()
    },
    frame(frame) {
      if (isProven) return listener.frame(frame)
      memory.note(frame)
      spoke()
    },
    degraded() {},
    run() {},
  }
  const url = runUrl(context.endpoints, runId, 'events')
  const observed = observeStream(context, stream, { url, runId, lastEventId: null }, gate, attempt.signal)
  let isOver = false
  const end = () => {
    isOver = true
  }
  const over = observed.outcome.then(end, end)
  await Promise.race([hasSpoken, over])
  if (problem.code === 'cut_short') await Promise.race([pause(LASTS_MS, attempt.signal, context.edges), over])

  whilePolling.removeEventListener('abort', giveUp)
  if (isOver || attempt.signal.aborted || observed.verdict() !== 'timely') {
    attempt.abort()
    return null
  }
  isProven = true
  listener.open()
  for (const frame of memory.frames()) if (!signal.aborted) listener.frame(frame)
  return observed
}
