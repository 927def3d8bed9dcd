import { CianboxError } from '@espejo/cianbox'
import type { Waiting } from '@espejo/contract'
import type { Tx } from '../db/pool.js'
import { BudgetSpentError } from '../requests/budget-spent.js'
import { type HeldRun, releaseRun, SupersededError, settle } from '../runs/held-run.js'
import { cancelledEvent, errorEvent } from '../runs/messages.js'
import { progressData, type RunState } from '../runs/run-state.js'
import { UnsealError } from '../secrets.js'
import { CODE_OF_KIND, RunFailure } from './failure.js'
import { GuardOpened } from './guard-opened.js'
import { forgetPages } from './page-store.js'
import type { Stop } from './stop-watch.js'
import type { WorkerDeps } from './worker.js'

/**
 * Gives a run that did not complete what it is due: its ending, its pause, or another worker.
 * @param stopped why it was told to stop; null when it was not.
 * @throws when another worker should go on from the checkpoint.
 */
export async function conclude(
  deps: Pick<WorkerDeps, 'pool' | 'now' | 'log'>,
  run: HeldRun,
  state: RunState,
  stopped: Stop | null,
  error: unknown,
): Promise<void> {
  const { pool, now, log } = deps
  const also = (tx: Tx) => forgetPages(tx, run)
  const about = { tenantId: run.tenantId, runId: run.id, epoch: run.epoch }
  switch (stopped ?? stopOf(error)) {
    case 'superseded':
      log.info(about, 'run is held by another worker, or has ended')
      return
    case 'handover':
      await releaseRun(pool, run)
      throw new Error('This worker is stopping; another one goes on from the checkpoint.', { cause: error })
    case 'cancel':
      await settle(pool, run, { trigger: 'cancel', state, event: cancelledEvent(now()), also })
      log.info(about, 'run cancelled')
      return
    case 'pause': {
      const waiting = waitingOf(error, stopped)
      const paused: RunState = { ...state, waiting, etaSeconds: null }
      const event = { event: 'progress' as const, data: progressData(paused, 0) }
      // A run that stops in good order has not killed its worker.
      await releaseRun(pool, run)
      if (!(await settle(pool, run, { trigger: 'pause', state: paused, event }))) {
        // The pause's frame has moved the log on by one.
        return conclude(deps, { ...run, seq: run.seq + 1 }, state, 'cancel', error)
      }
      log.info({ ...about, reason: waiting.reason }, 'run paused')
      return
    }
    case null: {
      log.error({ ...about, err: error }, 'run stopped by an error')
      const failure = failureOf(error)
      if (!failure) throw error
      await settle(pool, run, {
        trigger: 'fail',
        state,
        event: errorEvent(failure.code, failure.message, now()),
        also,
      })
    }
  }
}

function stopOf(error: unknown): Stop | null {
  if (error instanceof SupersededError) return 'superseded'
  return error instanceof GuardOpened || error instanceof BudgetSpentError ? 'pause' : null
}

/** What a run that pauses waits for. One that a person paused must not go on by itself the next day. */
function waitingOf(error: unknown, stopped: Stop | null): Waiting {
  if (error instanceof GuardOpened) {
    const { kind, subject } = error.topic
    const isSweep = kind === 'retire' && subject === 'products'
    return { reason: isSweep ? 'sweep_confirmation' : 'guard', until: null }
  }
  if (error instanceof BudgetSpentError && stopped === null) {
    return { reason: 'daily_budget', until: error.until.toISOString() }
  }
  return { reason: 'paused', until: null }
}

/** The run's ending for an error; null when it is ours and trying again may help. */
function failureOf(error: unknown): RunFailure | null {
  if (error instanceof RunFailure) return error
  if (error instanceof UnsealError) {
    return new RunFailure(
      'connection_unreadable',
      'La contraseña guardada no se puede leer con la clave actual del servidor. Escribila de nuevo en Conexión.',
      { cause: error },
    )
  }
  if (error instanceof CianboxError) {
    return new RunFailure(CODE_OF_KIND[error.kind], error.operatorMessage, { cause: error })
  }
  return null
}
