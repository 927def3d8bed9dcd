import type { RunStatus } from '@espejo/contract'

/** What can happen to a run. `claim`: a worker takes it, or takes it over from a dead one. */
export type RunTrigger = 'claim' | 'pause' | 'resume' | 'cancel' | 'complete' | 'fail'

export const RUN_STATUSES: readonly RunStatus[] = [
  'queued',
  'running',
  'paused',
  'complete',
  'error',
  'cancelled',
]
export const RUN_TRIGGERS: readonly RunTrigger[] = ['claim', 'pause', 'resume', 'cancel', 'complete', 'fail']

/**
 * The whole life of a run, status × trigger. `null` refuses: the run stays as it is. A resumed run
 * is `queued` until a worker claims it. The three endings refuse everything, so a run ends once.
 */
const TRANSITIONS: Readonly<Record<RunStatus, Readonly<Record<RunTrigger, RunStatus | null>>>> = {
  queued: {
    claim: 'running',
    pause: 'paused',
    resume: null,
    cancel: 'cancelled',
    complete: null,
    fail: 'error',
  },
  running: {
    claim: 'running',
    pause: 'paused',
    resume: null,
    cancel: 'cancelled',
    complete: 'complete',
    fail: 'error',
  },
  paused: {
    claim: null,
    pause: null,
    resume: 'queued',
    cancel: 'cancelled',
    complete: null,
    fail: 'error',
  },
  complete: { claim: null, pause: null, resume: null, cancel: null, complete: null, fail: null },
  error: { claim: null, pause: null, resume: null, cancel: null, complete: null, fail: null },
  cancelled: { claim: null, pause: null, resume: null, cancel: null, complete: null, fail: null },
}

/** The status that a trigger leads to, or null where it is refused. */
export function transition(from: RunStatus, trigger: RunTrigger): RunStatus | null {
  return TRANSITIONS[from][trigger]
}
