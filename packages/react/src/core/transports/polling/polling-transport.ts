import { failureWithoutAnswer } from '../../connection/failure.js'
import { type ConnectionProblem, connectionProblem } from '../../connection/problem.js'
import { linkedController, pause } from '../../platform/linked-signal.js'
import type { StreamEnd, StreamListener, TransportContext, TransportFactory } from '../transport.js'
import { type ObservedStream, observeStream } from './stall-detection.js'
import { tryStream } from './stall-recovery.js'

export interface PollingOptions {
  /** Between an answer and the next question, in milliseconds. @defaultValue 2000 */
  pollMs?: number
  /** Until the stream is tried again, in milliseconds; twice as long each time, up to 10 minutes. @defaultValue 60000 */
  trialMs?: number
}

const MAX_TRIAL_MS = 600_000
const CUTS = 3

/**
 * The last resort around a transport: where something on the way holds the stream's events back, or
 * cuts it every few seconds, the run itself (`GET <sync base>/runs/<id>`) is asked for instead, and
 * the listener told why. The stream is tried again from time to time.
 */
export function withPolling(inner: TransportFactory, options: PollingOptions = {}): TransportFactory {
  const { pollMs = 2_000 } = options
  return (context) => {
    const stream = inner(context)
    /** Why the stream is not trusted; null while it is. */
    let cause: ConnectionProblem | null = null
    let cutsInARow = 0
    let trialMs = options.trialMs ?? 60_000

    return async (request, listener, signal) => {
      let { runId } = request
      // A start has to be sent in any case, and only its stream can.
      let observed =
        cause && runId !== null ? null : observeStream(context, stream, request, listener, signal)
      for (;;) {
        if (observed) {
          const seen = await observed.outcome
          if (seen.type === 'held-back') cause = connectionProblem('buffered')
          else {
            cutsInARow = seen.wasCutShort && !signal.aborted ? cutsInARow + 1 : 0
            if (cutsInARow < CUTS) return seen.end
            cause = connectionProblem('cut_short')
          }
          runId = seen.runId
        }
        if (!cause || runId === null) return failed(cause)
        listener.degraded(cause)
        const next = await pollUntilStream(runId, cause, listener, signal)
        if ('type' in next) return next
        observed = next
        cause = null
        cutsInARow = 0
      }
    }

    /** Resolves with the end of this attempt, or with a stream that has shown that it works. */
    async function pollUntilStream(
      runId: string,
      problem: ConnectionProblem,
      listener: StreamListener,
      signal: AbortSignal,
    ): Promise<StreamEnd | ObservedStream> {
      const polling = linkedController(signal)
      const trials = async (): Promise<ObservedStream | null> => {
        while (!polling.signal.aborted) {
          await pause(trialMs, polling.signal, context.edges)
          trialMs = Math.min(MAX_TRIAL_MS, trialMs * 2)
          const proven = await tryStream(
            context,
            stream,
            { runId, problem, listener, signal },
            polling.signal,
          )
          if (proven) return proven
        }
        return null
      }
      const asking = pollRun(context, runId, listener, polling.signal, pollMs)
      try {
        return (await Promise.race([asking, trials()])) ?? (await asking)
      } finally {
        polling.abort()
      }
    }
  }
}

/** Asks for the run until that fails or the signal is aborted. */
async function pollRun(
  { api, edges }: TransportContext,
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
    await pause(pollMs, signal, edges)
    // Asking is a sign of life as well: in a hidden tab the pause may take a minute.
    listener.activity()
  }
  return failed(null)
}

function failed(problem: ConnectionProblem | null): StreamEnd {
  const failure = failureWithoutAnswer('interrupted')
  return { type: 'failed', failure: problem ? { ...failure, problem } : failure }
}
