import type { SyncApi } from './api/sync-api.js'
import type { ConnectionProblem } from './connection/problem.js'

/** A requested cancel. It waits until the run's id is known. */
export interface Cancellation {
  state(): { isCancelling: boolean; cancelProblem: ConnectionProblem | null }
  /** Requests the cancel, and sends it at once if `runId` is not null. */
  request(runId: string | null): void
  /** Sends a cancel that was requested before the run's id was known. */
  send(runId: string): void
  reset(): void
}

/** @param onChange called when the response to a cancel changes the state */
export function createCancellation(api: Pick<SyncApi, 'cancelRun'>, onChange: () => void): Cancellation {
  let requested: { sent: boolean } | null = null
  let problem: ConnectionProblem | null = null

  async function send(runId: string) {
    const current = requested
    if (!current || current.sent) return
    current.sent = true
    const answer = await api.cancelRun(runId)
    // A newer start or cancel has replaced this one: ignore the response.
    if (requested !== current || answer.ok) return
    requested = null
    problem = answer.failure.problem
    onChange()
  }

  return {
    state: () => ({ isCancelling: requested !== null, cancelProblem: problem }),
    request(runId) {
      if (requested) return
      requested = { sent: false }
      problem = null
      onChange()
      if (runId !== null) void send(runId)
    },
    send: (runId) => void send(runId),
    reset() {
      requested = null
      problem = null
    },
  }
}
