import type { Pool } from '../db/pool.js'
import { newId } from '../runs/ids.js'
import { type ConnectListener, keepListening, listenerOf } from './wakeup-listener.js'

/** Runs that have news, or `all` when some news may have been missed. */
export type Woken = readonly string[] | 'all'

/**
 * Hints between processes that a run's log has grown. Late or lost ones cost time and nothing else:
 * the log is the truth, and whoever watches polls it behind them.
 */
export interface Wakeups {
  /** After a commit that wrote to the run's log. Listeners of this process are told at once. */
  touch(runId: string): void
  /** Tells of this process's and every other process's touches. Opens a connection of its own. */
  listen(onWoken: (woken: Woken) => void): void
  close(): Promise<void>
}

export function createWakeups(options: {
  /** Whom to notify through. */
  pool: Pool
  /** Whom to listen to: an address, or a function that opens a client. */
  listenTo: string | ConnectListener
  onError: (error: Error) => void
  /** A process notifies at most once in this time, for all the runs touched meanwhile. @defaultValue 150 */
  coalesceMs?: number
}): Wakeups {
  const { pool, onError, coalesceMs = 150 } = options
  const connect = typeof options.listenTo === 'string' ? listenerOf(options.listenTo) : options.listenTo
  const self = newId(8)
  const stopping = new AbortController()
  const listeners = new Set<(woken: Woken) => void>()
  let touched = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let sending: Promise<void> = Promise.resolve()
  let listening: Promise<void> | undefined

  function tell(woken: Woken): void {
    for (const listener of listeners) listener(woken)
  }

  function send(): void {
    timer = undefined
    const payloads = packPayloads(self, touched)
    touched = new Set()
    // In its own statement, never in a page's transaction: a NOTIFY there makes commits queue.
    sending = sending
      .then(() =>
        pool.query('SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload', [CHANNEL, payloads]),
      )
      .then(() => undefined, onError)
  }

  return {
    touch(runId) {
      tell([runId])
      touched.add(runId)
      if (!stopping.signal.aborted) timer ??= setTimeout(send, coalesceMs)
    },
    listen(onWoken) {
      listeners.add(onWoken)
      listening ??= keepListening({
        connect,
        channel: CHANNEL,
        signal: stopping.signal,
        onError,
        onReady: () => tell('all'),
        onPayload: (payload) => {
          const { from, runIds } = unpackPayload(payload)
          if (from !== self) tell(runIds)
        },
      })
    },
    async close() {
      stopping.abort()
      listeners.clear()
      if (timer) {
        clearTimeout(timer)
        send()
      }
      await Promise.all([sending, listening])
    },
  }
}

/**
 * `<sender> <run>,<run>,…`, as many as it takes: PostgreSQL refuses a payload of 8000 bytes, and a
 * run's id has at most 40. The sender's name lets it pass over its own echo.
 */
export function packPayloads(sender: string, runIds: Iterable<string>): string[] {
  const payloads: string[] = []
  let payload = ''
  for (const runId of runIds) {
    if (payload && payload.length + 1 + runId.length > MAX_PAYLOAD) {
      payloads.push(payload)
      payload = ''
    }
    payload = payload ? `${payload},${runId}` : `${sender} ${runId}`
  }
  return payload ? [...payloads, payload] : payloads
}

/** Anything at all to run ids; those that nobody watches are passed over later. */
export function unpackPayload(payload: string): { from: string; runIds: string[] } {
  const [from = '', list = ''] = payload.split(' ', 2)
  return { from, runIds: list.split(',').filter((id) => id !== '') }
}

const CHANNEL = 'espejo_runs'
const MAX_PAYLOAD = 7_900
