import type { SyncApi } from './api/sync-api.js'
import type { ConnectionProblem } from './connection/problem.js'

/** A cancel that was asked for; it may have to wait until the server has named the run. */
export interface Cancellation {
  state(): { isCancelling: boolean; cancelProblem: ConnectionProblem | null }
  /** Asks for it. Sent at once if the run is known. */
  ask(runId: string | null): void
  /** The run is known: sends what was asked for before. */
  send(runId: string): void
  reset(): void
}

/** @param onChange called when the answer to a cancel changed the state */
export function createCancellation(api: Pick<SyncApi, 'cancelRun'>, onChange: () => void): Cancellation {
  let asked: { sent: boolean } | null = null
  let problem: ConnectionProblem | null = null

  async function send(runId: string) {
    const mine = asked
    if (!mine || mine.sent) return
    mine.sent = true
    const answer = await api.cancelRun(runId)
    // Another start or a second press has taken its place: this answer is of no interest.
    if (asked !== mine || answer.ok) return
    asked = null
    problem = answer.failure.problem
    onChange()
  }

  return {
    state: () => ({ isCancelling: asked !== null, cancelProblem: problem }),
    ask(runId) {
      if (asked) return
      asked = { sent: false }
      problem = null
      onChange()
      if (runId !== null) void send(runId)
    },
    send: (runId) => void send(runId),
    reset() {
      asked = null
      problem = null
    },
  }
}
