import type { Run } from '@espejo/contract'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { readLog } from '../src/runs/event-log.js'
import { isConfirmed, openGuard } from '../src/runs/guard-store.js'
import { claimRun, endRun } from '../src/runs/held-run.js'
import { pauseRun } from '../src/runs/pause-run.js'
import { findRun } from '../src/runs/run-store.js'
import { completeData, stateOf } from '../src/sync/pure/ledger.js'
import { useLiveApp } from './support/live-app.js'

/** Every order of actions of a worker, of people and of the clock on a run with a guard, compared with a model. */
const live = useLiveApp({ worker: false })
const TENANT = 'uno'
const SHOWN = { kind: 'retire', subject: 'products', ids: ['1', '2', '3'] } as const
const ACTIONS = ['work', 'confirm', 'refuse', 'pause', 'resume', 'cancel', 'expire'] as const
type Action = (typeof ACTIONS)[number]

interface Model {
  stands: 'queued' | 'paused' | 'asking' | 'ended'
  hasYes: boolean
  code: string | null
  retired: boolean
}

/** The model. Confirm, refuse and expiry count only while the run waits for a decision. */
function after(model: Model, action: Action): Model {
  const { stands } = model
  const ended = (code: string | null): Model => ({ ...model, stands: 'ended', code })
  if (stands === 'ended') return model
  switch (action) {
    case 'work':
      if (stands !== 'queued') return model
      return model.hasYes ? { ...ended(null), retired: true } : { ...model, stands: 'asking' }
    case 'confirm':
      return stands === 'asking' ? { ...model, stands: 'queued', hasYes: true } : model
    case 'refuse':
      return stands === 'asking' ? ended('guard_refused') : model
    case 'expire':
      return stands === 'asking' ? ended('guard_expired') : model
    case 'pause':
      return stands === 'queued' ? { ...model, stands: 'paused' } : model
    case 'resume':
      return { ...model, stands: 'queued' }
    case 'cancel':
      return ended('cancelled')
  }
}

const inTenant = <T>(work: Parameters<typeof withTenant<T>>[2]) =>
  withTenant(live.app.database.pool, TENANT, work)

/** A worker at the sweep: it retires confirmed ids, and else opens a guard. */
async function work(runId: string): Promise<boolean> {
  const { pool } = live.app.database
  const held = await claimRun(pool, TENANT, runId)
  if (!held) return false
  const state = { ...stateOf(held), phase: 'sweep' as const }
  if (await inTenant((tx) => isConfirmed(tx, held, SHOWN))) {
    const data = completeData(state, new Date(), new Date())
    await endRun(pool, held, { trigger: 'complete', state, event: { event: 'complete', data } })
    return true
  }
  await inTenant((tx) => openGuard(tx, held, { ...SHOWN, of: 10, limit: 0.15 }))
  await pauseRun(pool, held, state, { reason: 'sweep_confirmation', until: null })
  return false
}

async function act(runId: string, action: Action): Promise<boolean> {
  const { runControl } = live.app.deps
  const decide = (decision: 'confirmed' | 'refused') =>
    runControl.decideGuard(TENANT, runId, { decision, decidedBy: null })
  switch (action) {
    case 'work':
      return work(runId)
    case 'confirm':
      await decide('confirmed')
      break
    case 'refuse':
      await decide('refused')
      break
    case 'expire':
      await inTenant(async (tx) => {
        await tx.query(`UPDATE app.run_guards SET expires_at = now() - interval '1 s' WHERE decision IS NULL`)
        await runControl.expireGuardIn(tx, TENANT)
      })
      break
    default:
      await runControl[action](TENANT, runId)
  }
  return false
}

/** Also after a sequence that failed. */
async function freshRun(): Promise<Run> {
  const { runControl } = live.app.deps
  const request = { mode: 'full' as const, dryRun: false, ids: null, startedBy: null }
  const { run, started } = await runControl.start(TENANT, request)
  if (started) return run
  await runControl.cancel(TENANT, run.id)
  return freshRun()
}

it('in every order nothing is retired without a confirmation of it, and there is one ending', async () => {
  const { runControl } = live.app.deps
  const order = fc.array(fc.constantFrom(...ACTIONS), { minLength: 4, maxLength: 10 })
  // Most sequences begin with a run that waits for a decision.
  const fromQuestion = order.map((actions): Action[] => ['work', ...actions])
  await fc.assert(
    fc.asyncProperty(fc.oneof(order, fromQuestion), async (actions) => {
      const run = await freshRun()
      let model: Model = { stands: 'queued', hasYes: false, code: null, retired: false }
      let retired = false
      for (const action of actions) {
        model = after(model, action)
        retired = (await act(run.id, action)) || retired
        const row = await inTenant((tx) => findRun(tx, TENANT, run.id))
        const asks = row?.status === 'paused' && row.waiting?.reason === 'sweep_confirmation'
        const stands = row?.endedAt ? 'ended' : asks ? 'asking' : row?.status
        expect({ stands, code: row?.errorCode, retired }).toEqual({
          stands: model.stands,
          code: model.code,
          retired: model.retired,
        })
      }
      await runControl.cancel(TENANT, run.id)
      const log = await inTenant((tx) => readLog(tx, TENANT, run.id, 0, 1000))
      expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1))
      expect(log.filter(({ event }) => event === 'complete' || event === 'error')).toHaveLength(1)
    }),
    { numRuns: 80 },
  )
})
