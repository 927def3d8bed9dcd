import type { RunStatus } from '@espejo/contract'

/** `claim`: a worker starts on a queued run, or takes over one that another worker held. */
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
 * The state machine of a run, status × trigger. `null`: refused, the run stays as it is. A resumed run is `queued`
 * until a worker claims it. Resuming a running one withdraws a pause that its worker has not carried out yet (see
 * {@link intentAfter}). Pausing a paused run replaces the reason that it waits for. The three endings refuse every
 * trigger, so a run ends once.
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
    pause: 'paused',
    resume: 'queued',
    cancel: 'cancelled',
    complete: null,
    fail: 'error',
  },
  complete: { claim: null, pause: null, resume: null, cancel: null, complete: null, fail: null },
  error: { claim: null, pause: null, resume: null, cancel: null, complete: null, fail: null },
  cancelled: { claim: null, pause: null, resume: null, cancel: null, complete: null, fail: null },
}

/** The status after a trigger, or null where it is refused. */
export function transition(from: RunStatus, trigger: RunTrigger): RunStatus | null {
  return TRANSITIONS[from][trigger]
}

/** A person's request to a run that a worker holds, until the worker carries it out. */
export type RunIntent = 'cancel' | 'pause'

/** What a person may request of a run. */
export type RunRequest = 'cancel' | 'pause' | 'resume'

/**
 * The intent of a running run after another request. Of pause and resume the last one counts. Neither revokes a
 * cancel.
 */
export function intentAfter(intent: RunIntent | null, request: RunRequest): RunIntent | null {
  if (intent === 'cancel') return 'cancel'
  return request === 'resume' ? null : request
}
