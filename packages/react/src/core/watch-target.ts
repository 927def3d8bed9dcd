import { isFinal } from '@espejo/contract'
import { type Endpoints, runUrl } from './api/endpoints.js'
import type { SyncApi } from './api/sync-api.js'
import type { Failure } from './connection/failure.js'
import { afterLostStart } from './lost-start.js'

/** What is being watched, or looked for. */
export type Target =
  | { kind: 'none' }
  /** The starting route: not asked yet, or its answer still to come. */
  | { kind: 'start' }
  /** A start was sent, and the connection lost before the server said which run it is. */
  | { kind: 'lost-start'; declined: boolean }
  /** Whatever run is under way, if one is. */
  | { kind: 'resume' }
  | { kind: 'run'; runId: string }

type Resolved =
  | { type: 'stream'; url: string; runId: string | null }
  | { type: 'nothing' }
  | { type: 'not-started' }
  | { type: 'failed'; failure: Failure }

/** Keeps the target, and holds the rule that only a person's start is ever sent to the starting route. */
export interface Pursuit {
  target(): Target
  aim(target: Target): void
  /** Where to connect now; may ask the server which run to watch. */
  resolve(signal: AbortSignal): Promise<Resolved>
  /** The stream has named its run: from here on it is only watched. */
  found(runId: string): void
  /** An attempt was lost or given up. True if the refusal itself named the run to watch instead. */
  lost(failure?: Failure): boolean
  /** A start is wanted, and it is certain that none has reached the server. */
  isUnstarted(): boolean
}

export function createPursuit(api: SyncApi, endpoints: Endpoints): Pursuit {
  let target: Target = { kind: 'none' }
  /** Id of the newest run seen so far, undefined before the first look. */
  let newestKnown: string | null | undefined

  function found(runId: string): void {
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
        return look(target, signal)
    }
  }

  async function look(
    wanted: Extract<Target, { kind: 'resume' | 'lost-start' }>,
    signal: AbortSignal,
  ): Promise<Resolved> {
    const answer = await api.newestRun(signal)
    if (signal.aborted) return { type: 'nothing' }
    if (!answer.ok) return { type: 'failed', failure: answer.failure }
    const newest = answer.value
    if (wanted.kind === 'resume') {
      newestKnown = newest?.id ?? null
      if (!newest || isFinal(newest.status)) return { type: 'nothing' }
      found(newest.id)
      return resolve(signal)
    }
    const decision = afterLostStart(newest, newestKnown, wanted.declined)
    if (decision.next === 'give-up') return { type: 'not-started' }
    if (decision.next === 'start') target = { kind: 'start' }
    else found(decision.runId)
    return resolve(signal)
  }

  function lost(failure?: Failure): boolean {
    if (target.kind !== 'start') return false
    if (failure?.activeRunId) {
      found(failure.activeRunId)
      return true
    }
    const declined = failure?.declined ?? false
    target = failure?.next === 'stop' ? { kind: 'none' } : { kind: 'lost-start', declined }
    return false
  }

  return {
    target: () => target,
    aim: (next) => {
      target = next
    },
    resolve,
    found,
    lost,
    isUnstarted: () => target.kind === 'lost-start' && target.declined,
  }
}
