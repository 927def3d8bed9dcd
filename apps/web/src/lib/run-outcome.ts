import { asksAPerson, type Run } from '@espejo/contract'

/** A run's status, split further where the status alone would mislead. */
export type RunOutcome =
  | Run['status']
  | 'awaitingDecision'
  | 'preview'
  | 'withRejects'
  | 'guardRefused'
  | 'guardExpired'

/** A run with rejects and a dry run are not `complete`; a run that a person refused is not an `error`. */
export function outcomeOf(run: Run): RunOutcome {
  if (asksAPerson(run)) return 'awaitingDecision'
  if (run.error?.code === 'guard_refused') return 'guardRefused'
  if (run.error?.code === 'guard_expired') return 'guardExpired'
  if (run.status !== 'complete') return run.status
  if (run.dryRun) return 'preview'
  return run.errors > 0 ? 'withRejects' : 'complete'
}
