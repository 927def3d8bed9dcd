import type { Waiting } from '@espejo/contract'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { commitProgress, type Ending, endRun, type HeldRun, undoClaimCount } from '../runs/held-run.js'
import { type Paused, pauseRun } from '../runs/pause-run.js'
import type { RunRow } from '../runs/run-row.js'
import { progressData, type RunState } from '../runs/run-state.js'
import { afterPage, type PageResult, stateOf } from './pure/ledger.js'
import { createThroughput } from './pure/throughput.js'
import type { WaitingSlot } from './release-while-waiting.js'

/**
 * The only writer of a claimed run. Pages, `waiting` notices and the ending go through one serial queue, each based on
 * the log's position after the previous one. It holds the ledger in memory.
 */
export interface RunWriter {
  readonly run: RunRow
  state(): RunState
  /** Commits one page in one transaction: the writes of `write`, the checkpoint and the event. */
  commit(write: (tx: Tx) => Promise<PageResult>): Promise<void>
  /**
   * Sends viewers the reason for waiting; null: the run continues. Of several queued notices only the last is written.
   * Returns at once: a failed notice is ignored, and one during the ending or a pause is dropped.
   */
  notice(waiting: Waiting | null): void
  /** Counts one request to the ERP; written with the next event. */
  countRequest(): void
  /** Ends the run after the queued writes. @throws what `endRun` does */
  end(ending: (state: RunState) => Omit<Ending, 'state'>): Promise<void>
  /** Pauses the run after the queued writes. @returns what `pauseRun` does */
  pause(reason: Waiting): Promise<Paused>
  /** Hands the run to another worker after the queued writes; this claim then does not count as one without progress. */
  handOver(): Promise<void>
}

export function createRunWriter(deps: {
  pool: Pool
  run: RunRow
  now: () => Date
  /** Called after a commit that wrote to the run's log. */
  onEvent: (runId: string) => void
  /** Called when a commit finds a person's request to stop. */
  onIntent: (intent: 'cancel' | 'pause') => void
  /** Reacquired for each write. */
  slot: WaitingSlot
}): RunWriter {
  const { pool, run, now, onEvent, onIntent, slot } = deps
  const throughput = createThroughput()
  let state = stateOf(run)
  let seq = run.seq
  let isClosing = false
  /** Undefined: no notice is queued. */
  let queuedNotice: Waiting | null | undefined
  let last: Promise<unknown> = Promise.resolve()
  const held = (): HeldRun => ({ tenantId: run.tenantId, id: run.id, epoch: run.epoch, seq })

  function serially<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(() => {
      slot.writing()
      return work().finally(slot.waiting)
    })
    last = result.catch(() => undefined)
    return result
  }

  function wrote(position: number): void {
    seq = position
    onEvent(run.id)
  }

  async function write(
    next: (tx: Tx) => Promise<{ state: RunState; productsInPage: number; isPage: boolean }>,
  ) {
    const { committed, fence } = await withTenant(pool, run.tenantId, async (tx) => {
      const { state: committed, productsInPage, isPage } = await next(tx)
      const event = { event: 'progress' as const, data: progressData(committed, productsInPage) }
      return { committed, fence: await commitProgress(tx, held(), committed, event, isPage) }
    })
    // Requests are counted while the transaction runs.
    state = { ...committed, requests: Math.max(committed.requests, state.requests) }
    wrote(fence.seq)
    if (fence.intent) onIntent(fence.intent)
  }

  async function writeNotice(): Promise<void> {
    const waiting = queuedNotice
    queuedNotice = undefined
    if (isClosing || waiting === undefined || isSame(waiting, state.waiting)) return
    const noticed = { ...state, waiting, etaSeconds: null }
    await write(async () => ({ state: noticed, productsInPage: 0, isPage: false }))
  }

  slot.waiting()
  return {
    run,
    state: () => state,
    commit: (work) =>
      serially(async () => {
        if (isClosing) throw new Error(`Run ${run.id} is being ended: its page is not written.`)
        await write(async (tx) => {
          const page = await work(tx)
          const next = afterPage(state, page)
          const isWalk = page.phase === 'products'
          if (isWalk) throughput.page(now().getTime(), page.productsInPage)
          const etaSeconds = isWalk ? throughput.eta(next.totalPages - next.page) : null
          const measured = { ...next, ratePerSecond: throughput.rate(), etaSeconds }
          return { state: measured, productsInPage: page.productsInPage, isPage: true }
        })
      }),
    notice(waiting) {
      const isQueued = queuedNotice !== undefined
      queuedNotice = waiting
      if (!isQueued && !isClosing) serially(writeNotice).catch(() => undefined)
    },
    countRequest() {
      state = { ...state, requests: state.requests + 1 }
    },
    end(ending) {
      isClosing = true
      return serially(async () => {
        await endRun(pool, held(), { ...ending(state), state })
        wrote(seq + 1)
      })
    },
    pause(reason) {
      isClosing = true
      return serially(async () => {
        const paused = await pauseRun(pool, held(), state, reason)
        if (typeof paused === 'object') wrote(paused.seq)
        return paused
      })
    },
    handOver() {
      isClosing = true
      return serially(() => withTenant(pool, run.tenantId, (tx) => undoClaimCount(tx, run)))
    },
  }
}

function isSame(a: Waiting | null, b: Waiting | null): boolean {
  return a?.reason === b?.reason && a?.until === b?.until
}
