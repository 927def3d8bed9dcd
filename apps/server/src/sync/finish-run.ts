import type { Waiting } from '@espejo/contract'
import { BudgetSpentError } from '../connections/budget-spent.js'
import type { Tx } from '../db/pool.js'
import { SupersededError } from '../runs/held-run.js'
import { cancelledEvent, errorEvent } from '../runs/messages.js'
import { deletePages } from '../runs/page-store.js'
import { failureOf, type RunFailure } from './failure.js'
import { GuardOpened } from './guard-opened.js'
import type { RunWriter } from './run-writer.js'
import type { Stop } from './stop-signal.js'

/**
 * Gives a run that did not complete what it is due: its ending, its pause, or another worker.
 * @param stopped why it was told to stop; null when it was not.
 * @throws when another worker should go on from the checkpoint.
 */
export async function finishRun(
  deps: {
    now: () => Date
    log: { info(fields: object, message: string): void; error(fields: object, message: string): void }
  },
  writer: RunWriter,
  stopped: Stop | null,
  error: unknown,
): Promise<void> {
  const { now, log } = deps
  const { run } = writer
  const also = (tx: Tx) => deletePages(tx, run)
  const about = { tenantId: run.tenantId, runId: run.id, epoch: run.epoch }

  async function cancel(): Promise<void> {
    await writer.end(() => ({ trigger: 'cancel', event: cancelledEvent(now()), also }))
    log.info(about, 'run cancelled')
  }

  async function fail(failure: RunFailure): Promise<void> {
    const event = errorEvent(failure.code, failure.message, now())
    await writer.end(() => ({ trigger: 'fail', event, also }))
  }

  async function handOver(reason: string): Promise<never> {
    await writer.handOver()
    throw new Error(`${reason}; another one goes on from the checkpoint.`, { cause: error })
  }

  const why = stopped ?? stopOf(error)
  switch (why) {
    case 'superseded':
      log.info(about, 'run is held by another worker, or has ended')
      return
    case 'handover':
      return handOver('This worker is stopping')
    case 'cancel':
      return cancel()
    case 'pause': {
      const paused = await writer.pause(waitingOf(error, stopped))
      if (paused === 'cancel') return cancel()
      if (paused === 'go on') return handOver('The pause was taken back')
      log.info({ ...about, reason: paused.waiting.reason }, 'run paused')
      return
    }
    case null: {
      log.error({ ...about, err: error }, 'run stopped by an error')
      const failure = failureOf(error)
      if (!failure) throw error
      return fail(failure)
    }
    default:
      log.info({ ...about, code: why.code }, 'run stopped: its connection is not what it was')
      return fail(why)
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
