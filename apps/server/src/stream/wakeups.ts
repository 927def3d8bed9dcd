import type { Pool } from '../db/pool.js'
import { newId } from '../runs/ids.js'
import { type ConnectListener, keepListening, listenerOf } from './wakeup-listener.js'

/** Runs with new events, or `all` when notifications may have been missed. */
export type Woken = readonly string[] | 'all'

/**
 * Notifications between processes that a run's log has new events. A late or lost one only delays
 * viewers, because watched runs are polled as well.
 */
export interface Wakeups {
  /** To be called after a commit that wrote to the run's log. Listeners of this process are called at once. */
  touch(runId: string): void
  /** Calls `onWoken` for the touches of every process, this one included. Opens a connection of its own. */
  listen(onWoken: (woken: Woken) => void): void
  close(): Promise<void>
}

export function createWakeups(options: {
  /** For NOTIFY. */
  pool: Pool
  /** For LISTEN: a database URL, or a function that creates a client. */
  listenTo: string | ConnectListener
  onError: (error: Error) => void
  /** A process notifies at most once in so many milliseconds, for all runs touched meanwhile. @defaultValue 150 */
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

  function emit(woken: Woken): void {
    for (const listener of listeners) listener(woken)
  }

  function send(): void {
    timer = undefined
    const payloads = packPayloads(self, touched)
    touched = new Set()
    // A statement of its own, never in a page's transaction: NOTIFY in a transaction serializes commits.
    sending = sending
      .then(() =>
        pool.query('SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload', [CHANNEL, payloads]),
      )
      .then(() => undefined, onError)
  }

  return {
    touch(runId) {
      emit([runId])
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
        onReady: () => emit('all'),
        onPayload: (payload) => {
          const { from, runIds } = unpackPayload(payload)
          if (from !== self) emit(runIds)
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
 * Makes the payloads `<sender> <run>,<run>,…`: several where one would reach the 8000 bytes that
 * PostgreSQL refuses. A run's id has at most 40. By the sender a process ignores its own notifications.
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

/** Parses any payload. What is no id of a watched run has no effect later. */
export function unpackPayload(payload: string): { from: string; runIds: string[] } {
  const [from = '', list = ''] = payload.split(' ', 2)
  return { from, runIds: list.split(',').filter((id) => id !== '') }
}

const CHANNEL = 'espejo_runs'
const MAX_PAYLOAD = 7_900
