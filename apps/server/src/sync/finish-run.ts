import type { Waiting } from '@espejo/contract'
import { BudgetSpentError } from '../connections/budget-spent.js'
import type { Tx } from '../db/pool.js'
import { SupersededError } from '../runs/held-run.js'
import { deletePages } from '../runs/page-store.js'
import { cancelledEvent, errorEvent } from '../runs/pure/messages.js'
import { failureOf, type RunFailure } from './failure.js'
import { GuardOpened } from './guard-opened.js'
import type { RunWriter } from './run-writer.js'
import type { Stop } from './stop-signal.js'

/**
 * Ends, pauses or hands over a run that did not complete.
 * @param stopped why the run was stopped; null when it was not
 * @param error what the run threw
 * @throws when another worker must continue from the checkpoint: the queue then creates a new job
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
      if (paused === 'go on') return handOver('The pause was withdrawn')
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
      log.info({ ...about, code: why.code }, 'run stopped: its connection has changed')
      return fail(why)
  }
}

function stopOf(error: unknown): Stop | null {
  if (error instanceof SupersededError) return 'superseded'
  return error instanceof GuardOpened || error instanceof BudgetSpentError ? 'pause' : null
}

/** The `waiting` of a paused run. One that a person paused must not resume by itself the next day. */
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
