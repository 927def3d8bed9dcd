import type { Run } from '@espejo/contract'
import { expect, it } from 'vitest'
import { outcomeOf } from './run-outcome.js'

const run = (part: Partial<Run>) =>
  ({ status: 'complete', errors: 0, dryRun: false, waiting: null, error: null, ...part }) as Run
const failed = (code: 'guard_refused' | 'guard_expired' | 'internal') =>
  run({ status: 'error', error: { code, message: 'x' } })

it.each([
  [run({}), 'complete'],
  [run({ errors: 2 }), 'withRejects'],
  [run({ dryRun: true }), 'preview'],
  [run({ dryRun: true, errors: 2 }), 'preview'],
  [run({ status: 'cancelled', dryRun: true }), 'cancelled'],
  [run({ status: 'running', errors: 2 }), 'running'],
  [run({ status: 'paused', waiting: { reason: 'paused', until: null } }), 'paused'],
  [run({ status: 'paused', waiting: { reason: 'sweep_confirmation', until: null } }), 'awaitingDecision'],
  [run({ status: 'paused', waiting: { reason: 'guard', until: null } }), 'awaitingDecision'],
  [failed('guard_refused'), 'guardRefused'],
  [failed('guard_expired'), 'guardExpired'],
  [failed('internal'), 'error'],
])('%# is told as it was', (of, outcome) => {
  expect(outcomeOf(of)).toBe(outcome)
})
