import { isFinal } from '@espejo/contract'
import { type Endpoints, runUrl } from './api/endpoints.js'
import type { SyncApi } from './api/sync-api.js'
import type { Failure } from './connection/failure.js'
import { afterLostStart } from './lost-start.js'

/** What the watcher connects to. */
export type WatchTarget =
  | { kind: 'none' }
  /** The starting route: not requested yet, or without a response so far. */
  | { kind: 'start' }
  /** A start was sent, and the connection was lost before the server sent the run's id. */
  | { kind: 'lost-start'; declined: boolean }
  /** The active run, if there is one. */
  | { kind: 'resume' }
  | { kind: 'run'; runId: string }

type Resolved =
  | { type: 'stream'; url: string; runId: string | null }
  | { type: 'nothing' }
  | { type: 'not-started' }
  | { type: 'failed'; failure: Failure }

/** Holds the target. Only a start that a person requested is ever sent to the starting route. */
export interface TargetTracker {
  target(): WatchTarget
  set(target: WatchTarget): void
  /** The URL to connect to now. May request the newest run first. */
  resolve(signal: AbortSignal): Promise<Resolved>
  /** The stream has sent the run's id. From now on the run is only watched. */
  setRun(runId: string): void
  /** An attempt failed or was given up. Returns true if the refusal names the run to watch instead. */
  attemptEnded(failure?: Failure): boolean
  /** A start is wanted, and certainly none has reached the server. */
  isUnstarted(): boolean
}

export function createTargetTracker(api: SyncApi, endpoints: Endpoints): TargetTracker {
  let target: WatchTarget = { kind: 'none' }
  /** Id of the newest run known so far; undefined before the first request for it. */
  let newestKnown: string | null | undefined

  function setRun(runId: string): void {
    target = { kind: 'run', runId }
    newestKnown = runId
  }

  async function resolve(signal: AbortSignal): Promise<Resolved> {
    switch (target.kind) {
      case 'none':
        return { type: 'nothing' }
      case 'start':
        return { type: 'stream', url: endpoints.start, runId: null }
      case 'run':
        return { type: 'stream', url: runUrl(endpoints, target.runId, 'events'), runId: target.runId }
      case 'resume':
      case 'lost-start':
        return resolveNewestRun(target, signal)
    }
  }

  async function resolveNewestRun(
    wanted: Extract<WatchTarget, { kind: 'resume' | 'lost-start' }>,
    signal: AbortSignal,
  ): Promise<Resolved> {
    const answer = await api.newestRun(signal)
    if (signal.aborted) return { type: 'nothing' }
    if (!answer.ok) return { type: 'failed', failure: answer.failure }
    const newest = answer.value
    if (wanted.kind === 'resume') {
      newestKnown = newest?.id ?? null
      if (!newest || isFinal(newest.status)) return { type: 'nothing' }
      setRun(newest.id)
      return resolve(signal)
    }
    const decision = afterLostStart(newest, newestKnown, wanted.declined)
    if (decision.next === 'give-up') return { type: 'not-started' }
    if (decision.next === 'start') target = { kind: 'start' }
    else setRun(decision.runId)
    return resolve(signal)
  }

  function attemptEnded(failure?: Failure): boolean {
    if (target.kind !== 'start') return false
    if (failure?.activeRunId) {
      setRun(failure.activeRunId)
      return true
    }
    const declined = failure?.declined ?? false
    target = failure?.next === 'stop' ? { kind: 'none' } : { kind: 'lost-start', declined }
    return false
  }

  return {
    target: () => target,
    set: (next) => {
      target = next
    },
    resolve,
    setRun,
    attemptEnded,
    isUnstarted: () => target.kind === 'lost-start' && target.declined,
  }
}
