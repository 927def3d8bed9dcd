import { runUrl } from '../../api/endpoints.js'
import type { ConnectionProblem } from '../../connection/problem.js'
import { linkedController, pause } from '../../platform/linked-signal.js'
import { createFrameMemory } from '../frame-memory.js'
import type { StreamListener, Transport, TransportContext } from '../transport.js'
import { type MonitoredStream, streamWithStallDetection } from './stall-detection.js'

/** A stream that has lasted this long is not one that is cut every few seconds. */
const STABLE_MS = 20_000

export interface RecoveryAttempt {
  runId: string
  /** The problem that the stream must no longer have. */
  problem: ConnectionProblem
  /** Gets the stream's events once the stream works, and none before. */
  listener: StreamListener
  signal: AbortSignal
}

/**
 * Opens the stream while polling continues, and buffers its events until it has shown that it works: its
 * `start` came with the headers (the request has no cursor, so that there is one), or it was not cut.
 *
 * @param whilePolling aborts an attempt that has not shown yet that it works
 * @returns null when the stream still does not work
 */
export async function recoverStalledStream(
  context: TransportContext,
  stream: Transport,
  { runId, problem, listener, signal }: RecoveryAttempt,
  whilePolling: AbortSignal,
): Promise<MonitoredStream | null> {
  if (whilePolling.aborted) return null
  const attempt = linkedController(signal)
  const giveUp = () => attempt.abort()
  whilePolling.addEventListener('abort', giveUp)

  const memory = createFrameMemory()
  let hasRecovered = false
  let onFirstFrame = () => {}
  const firstFrame = new Promise<void>((resolve) => {
    onFirstFrame = resolve
  })
  const bufferingListener: StreamListener = {
    open() {},
    activity() {
      if (hasRecovered) listener.activity()
    },
    frame(frame) {
      if (hasRecovered) return listener.frame(frame)
      memory.record(frame)
      onFirstFrame()
    },
    degraded() {},
    run() {},
  }
  const url = runUrl(context.endpoints, runId, 'events')
  const request = { url, runId, lastEventId: null }
  const monitored = streamWithStallDetection(context, stream, request, bufferingListener, attempt.signal)
  let hasEnded = false
  const onEnd = () => {
    hasEnded = true
  }
  const ended = monitored.outcome.then(onEnd, onEnd)
  await Promise.race([firstFrame, ended])
  if (problem.code === 'cut_short') {
    await Promise.race([pause(STABLE_MS, attempt.signal, context.edges), ended])
  }

  whilePolling.removeEventListener('abort', giveUp)
  if (hasEnded || attempt.signal.aborted || monitored.verdict() !== 'timely') {
    attempt.abort()
    return null
  }
  hasRecovered = true
  listener.open()
  for (const frame of memory.frames()) if (!signal.aborted) listener.frame(frame)
  return monitored
}
