import { failureWithoutAnswer } from '../../connection/failure.js'
import { type ConnectionProblem, connectionProblem } from '../../connection/problem.js'
import { linkedController, pause } from '../../platform/linked-signal.js'
import type { StreamEnd, StreamListener, TransportContext, TransportFactory } from '../transport.js'
import { type MonitoredStream, streamWithStallDetection } from './stall-detection.js'
import { recoverStalledStream } from './stall-recovery.js'

export interface PollingOptions {
  /** Milliseconds between a response and the next request. @defaultValue 2000 */
  pollMs?: number
  /** Milliseconds until the stream is tried again; doubles each time, up to 10 minutes. @defaultValue 60000 */
  trialMs?: number
}

const MAX_TRIAL_MS = 600_000
const MAX_CUTS_IN_A_ROW = 3

/**
 * Adds polling to a transport: where a proxy buffers the stream's events, or cuts the stream every few
 * seconds, the run itself (`GET <sync base>/runs/<id>`) is polled, and the listener gets the reason
 * (`degraded`). The stream is tried again from time to time.
 */
export function withPolling(inner: TransportFactory, options: PollingOptions = {}): TransportFactory {
  const { pollMs = 2_000 } = options
  return (context) => {
    const stream = inner(context)
    /** Why the stream is not used; null while it is. */
    let cause: ConnectionProblem | null = null
    let cutsInARow = 0
    let trialMs = options.trialMs ?? 60_000

    return async (request, listener, signal) => {
      let { runId } = request
      // Only the stream's route can start a run, so a start is always sent there.
      let monitored =
        cause && runId !== null ? null : streamWithStallDetection(context, stream, request, listener, signal)
      for (;;) {
        if (monitored) {
          const outcome = await monitored.outcome
          if (outcome.type === 'stalled') cause = connectionProblem('buffered')
          else {
            cutsInARow = outcome.wasCutShort && !signal.aborted ? cutsInARow + 1 : 0
            if (cutsInARow < MAX_CUTS_IN_A_ROW) return outcome.end
            cause = connectionProblem('cut_short')
          }
          runId = outcome.runId
        }
        if (!cause || runId === null) return failed(cause)
        listener.degraded(cause)
        const next = await pollUntilStream(runId, cause, listener, signal)
        if ('type' in next) return next
        monitored = next
        cause = null
        cutsInARow = 0
      }
    }

    /** Resolves with the end of this attempt, or with a stream that works again. */
    async function pollUntilStream(
      runId: string,
      problem: ConnectionProblem,
      listener: StreamListener,
      signal: AbortSignal,
    ): Promise<StreamEnd | MonitoredStream> {
      const polling = linkedController(signal)
      const retryStream = async (): Promise<MonitoredStream | null> => {
        while (!polling.signal.aborted) {
          await pause(trialMs, polling.signal, context.edges)
          trialMs = Math.min(MAX_TRIAL_MS, trialMs * 2)
          const recovered = await recoverStalledStream(
            context,
            stream,
            { runId, problem, listener, signal },
            polling.signal,
          )
          if (recovered) return recovered
        }
        return null
      }
      const pollingEnd = pollRun(context, runId, listener, polling.signal, pollMs)
      try {
        return (await Promise.race([pollingEnd, retryStream()])) ?? (await pollingEnd)
      } finally {
        polling.abort()
      }
    }
  }
}

/** Polls the run until a request fails or the signal is aborted. */
async function pollRun(
  { api, edges: platform }: TransportContext,
  runId: string,
  listener: StreamListener,
  signal: AbortSignal,
  pollMs: number,
): Promise<StreamEnd> {
  while (!signal.aborted) {
    const answer = await api.readRun(runId, signal)
    if (signal.aborted) break
    if (!answer.ok) return { type: 'failed', failure: answer.failure }
    listener.activity()
    listener.run(answer.value)
    await pause(pollMs, signal, platform)
    // In a hidden tab the pause may take a minute: report activity, so that the watchdog does not fire.
    listener.activity()
  }
  return failed(null)
}

function failed(problem: ConnectionProblem | null): StreamEnd {
  const failure = failureWithoutAnswer('interrupted')
  return { type: 'failed', failure: problem ? { ...failure, problem } : failure }
}
