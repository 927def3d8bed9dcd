import type { Dialect, Waiting } from '@espejo/contract'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { advance, type HeldRun } from '../runs/held-run.js'
import type { RunRow } from '../runs/run-row.js'
import { progressData, type RunState } from '../runs/run-state.js'
import { afterPage, type PageResult, stateOf } from './ledger.js'
import { createPace } from './pace.js'

/** A run as its worker holds it: the ledger in memory, and the only way to commit to it. */
export interface Session {
  readonly run: RunRow
  /** In which shape the source answers, and so in which its rows are stored. */
  readonly dialect: Dialect
  /** Whether new products enter the change log. Those of a first load do not. */
  readonly logsCreations: boolean
  state(): RunState
  /** The run with the position that the ledger is based on. */
  held(): HeldRun
  /** One page, one transaction: what `write` does, the checkpoint, the event. One at a time. */
  commit(write: (tx: Tx) => Promise<PageResult>): Promise<void>
  /** Tells viewers why nothing moves; null: it moves again, which the next page says anyway. */
  wait(waiting: Waiting | null): Promise<void>
  countRequest(): void
}

export function createSession(deps: {
  pool: Pool
  run: RunRow
  dialect: Dialect
  logsCreations: boolean
  now: () => Date
  onEvent: (runId: string) => void
  /** Called when a commit finds that a person wants the run to stop. */
  onIntent: (intent: 'cancel' | 'pause') => void
  /** Called when a commit begins and when it has ended. */
  onWriting: (isWriting: boolean) => void
}): Session {
  const { pool, run, dialect, logsCreations, now, onEvent, onIntent, onWriting } = deps
  const pace = createPace()
  let state = stateOf(run)
  let seq = run.seq
  const held = (): HeldRun => ({ tenantId: run.tenantId, id: run.id, epoch: run.epoch, seq })
  // Commits queue behind each other: a page's and a waiting notice's can come at the same time.
  let last: Promise<unknown> = Promise.resolve()

  function serially<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(() => {
      onWriting(true)
      return work().finally(() => onWriting(false))
    })
    last = result.catch(() => undefined)
    return result
  }

  async function write(
    next: (tx: Tx) => Promise<{ state: RunState; productsInPage: number; progressed: boolean }>,
  ) {
    await serially(async () => {
      const { committed, fence } = await withTenant(pool, run.tenantId, async (tx) => {
        const { state: after, productsInPage, progressed } = await next(tx)
        const event = { event: 'progress' as const, data: progressData(after, productsInPage) }
        const fence = await advance(tx, held(), after, event, progressed)
        return { committed: after, fence }
      })
      // Requests go on being counted while the transaction runs.
      state = { ...committed, requests: Math.max(committed.requests, state.requests) }
      seq = fence.seq
      onEvent(run.id)
      if (fence.intent) onIntent(fence.intent)
    })
  }

  return {
    run,
    dialect,
    logsCreations,
    state: () => state,
    held,
    commit: (work) =>
      write(async (tx) => {
        const page = await work(tx)
        const next = afterPage(state, page)
        if (page.phase === 'products') pace.page(now().getTime(), page.productsInPage)
        const ratePerSecond = pace.rate()
        const etaSeconds = page.phase === 'products' ? pace.eta(next.totalPages - next.page) : null
        const paced = { ...next, ratePerSecond, etaSeconds }
        return { state: paced, productsInPage: page.productsInPage, progressed: true }
      }),
    async wait(waiting) {
      if (waiting === null && state.waiting === null) return
      await write(async () => ({
        state: { ...state, waiting, etaSeconds: null },
        productsInPage: 0,
        progressed: false,
      }))
    },
    countRequest() {
      state = { ...state, requests: state.requests + 1 }
    },
  }
}
