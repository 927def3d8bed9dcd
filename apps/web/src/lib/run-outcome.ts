import { asksAPerson, type Run } from '@espejo/contract'

/** How a run stands, finer than its status where the status alone would mislead. */
export type RunOutcome =
  | Run['status']
  | 'awaitingDecision'
  | 'preview'
  | 'withRejects'
  | 'guardRefused'
  | 'guardExpired'

/** A run that rejected rows, or that stored nothing, is not shown as whole; a decision is no failure. */
export function outcomeOf(run: Run): RunOutcome {
  if (asksAPerson(run)) return 'awaitingDecision'
  if (run.error?.code === 'guard_refused') return 'guardRefused'
  if (run.error?.code === 'guard_expired') return 'guardExpired'
  if (run.status !== 'complete') return run.status
  if (run.dryRun) return 'preview'
  return run.errors > 0 ? 'withRejects' : 'complete'
}
