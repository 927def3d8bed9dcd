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
 * is `queued` until a worker claims it; one that is running goes on, and a pause that its worker has not
 * obeyed yet is withdrawn (see {@link intentAfter}). The three endings refuse everything, so a run ends once.
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
    resume: 'running',
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

/** What a person asked of a run that a worker holds. */
export type RunIntent = 'cancel' | 'pause'

/** What a person may ask of a run. */
export type RunRequest = 'cancel' | 'pause' | 'resume'

/**
 * The intent of a running run after another request. Of pause and resume the last one holds, so that a person
 * who changes their mind is obeyed. Neither weakens a cancel.
 */
export function intentAfter(intent: RunIntent | null, request: RunRequest): RunIntent | null {
  if (intent === 'cancel') return 'cancel'
  return request === 'resume' ? null : request
}
