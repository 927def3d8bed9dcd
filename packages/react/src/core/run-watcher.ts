import {
  applyRunEvent,
  type ChangedProduct,
  EMPTY_RUN_VIEW,
  isEnded,
  type Run,
  type RunView,
  type StreamEvent,
  viewOfRun,
} from '@espejo/contract'
import { deriveEndpoints, type EndpointOptions, withParams } from './api/endpoints.js'
import { createRequest, type GetToken, tokenFromLocalStorage } from './api/request.js'
import { createSyncApi } from './api/sync-api.js'
import { createCancellation } from './cancellation.js'
import { createCoalescer } from './coalescer.js'
import { createConnectionDriver } from './connection/connection-driver.js'
import { type Failure, failureWithoutAnswer } from './connection/failure.js'
import { type ConnectionProblem, connectionProblem } from './connection/problem.js'
import { browserEdges, type Edges } from './platform/platform.js'
import { type RunSnapshot, toSnapshot } from './snapshot.js'
import { decodeFrame, type Frame, readChanges } from './transports/decode-frame.js'
import type { TransportFactory } from './transports/transport.js'
import { createPursuit, type Target } from './watch-target.js'

export interface RunWatcherOptions extends EndpointOptions {
  /** `fetchTransport` or `eventSourceTransport`. */
  transport: TransportFactory
  /** @defaultValue reads `localStorage.token` */
  getToken?: GetToken | undefined
  /** Least milliseconds between two changes of `progress`. @defaultValue 100 */
  throttleMs?: number | undefined
  /** Silence after which the connection counts as dead; the server pings every 15 s. @defaultValue 45000 */
  silenceMs?: number | undefined
  /**
   * Asks to be told which products the run changes, for a list that is shown beside it. Null: read the list
   * anew, for there is too much to name, or nothing is known of what happened meanwhile; it comes first on
   * every connection.
   */
  onChanges?: ((products: ChangedProduct[] | null) => void) | undefined
  /** Stand-ins for the browser's fetch, timers, clock and the rest. */
  edges?: Partial<Edges> | undefined
}

/** An external store (`subscribe`, `getSnapshot`) of one run and of the connection that shows it. */
export interface RunWatcher {
  getSnapshot(): RunSnapshot
  /** Calls `listener` after each change; the answer takes it back. */
  subscribe(listener: () => void): () => void
  /** Starts a run or joins the active one. Does nothing while one is being watched. */
  start(): void
  /** Watches a run, from its present state on. */
  watch(runId: string): void
  /** Watches the run that is under way, if there is one. Does nothing while one is being watched. */
  resume(): void
  /** Goes on where `close`, or a problem, broke off. False if there is nothing to go on with. */
  reconnect(): boolean
  /** Asks the server to cancel the run. Watching goes on until its ending arrives. */
  cancel(): void
  /** Stops watching. The run goes on. */
  close(): void
}

/**
 * Makes a watcher. It is at rest, and touches nothing, until told what to do.
 *
 * @throws TypeError when the addresses cannot be told from `url`
 */
export function createRunWatcher(options: RunWatcherOptions): RunWatcher {
  const { getToken = tokenFromLocalStorage, throttleMs = 100, silenceMs = 45_000, onChanges } = options
  const edges: Edges = { ...browserEdges(), ...options.edges }
  const endpoints = deriveEndpoints(options)
  const send = createRequest(getToken, edges)
  const api = createSyncApi(endpoints, send, edges)
  const transport = options.transport({ api, endpoints, send, getToken, edges })
  const pursuit = createPursuit(api, endpoints)
  const coalescer = createCoalescer(notify, throttleMs, edges)
  const publish = coalescer.flush
  const cancellation = createCancellation(api, publish)
  const connection = createConnectionDriver({
    edges,
    silenceMs,
    attempt: (signal, activity) => void attempt(signal, activity),
    onSilence: () => lose(failureWithoutAnswer('silent')),
    onChange: publish,
  })
  const { dispatch } = connection

  let view: RunView = EMPTY_RUN_VIEW
  let snapshot = currentSnapshot()
  const listeners = new Set<() => void>()

  function currentSnapshot(): RunSnapshot {
    return toSnapshot({
      connection: connection.state(),
      view,
      target: pursuit.target(),
      ...cancellation.state(),
    })
  }
  function notify() {
    snapshot = currentSnapshot()
    for (const listener of listeners) listener()
  }

  /** One attempt, from asking where to connect to the stream's end. */
  async function attempt(signal: AbortSignal, activity: () => void) {
    try {
      const resolved = await pursuit.resolve(signal)
      if (signal.aborted) return
      if (resolved.type === 'nothing') return dispatch({ type: 'nothing' })
      if (resolved.type === 'not-started') return refuse('not_started')
      if (resolved.type === 'failed') return lose(resolved.failure)
      const { runId } = resolved
      const url = onChanges ? withParams(resolved.url, { changes: '1' }) : resolved.url
      if (runId) cancellation.send(runId)
      const request = { url, runId, lastEventId: runId && view.lastEventId }
      const end = await transport(
        request,
        { open: opened, activity, frame: take, degraded, run: adopt },
        signal,
      )
      if (signal.aborted) return
      if (end.type === 'finished') dispatch({ type: 'ended' })
      else lose(end.failure)
    } catch (cause) {
      // A `getToken` that throws: the one part of an attempt that is the application's.
      if (!signal.aborted) lose(failureWithoutAnswer('network', cause))
    }
  }

  function opened() {
    dispatch({ type: 'opened' })
  }

  function degraded(problem: ConnectionProblem) {
    dispatch({ type: 'degraded', problem })
  }

  function lose(failure: Failure) {
    if (pursuit.lost(failure)) return dispatch({ type: 'connect' })
    if (pursuit.isUnstarted() && cancellation.state().isCancelling) return refuse('cancelled')
    const { problem, floorMs } = failure
    dispatch(failure.next === 'stop' ? { type: 'refused', problem } : { type: 'dropped', problem, floorMs })
  }

  function refuse(code: 'not_started' | 'cancelled') {
    pursuit.aim({ kind: 'none' })
    dispatch({ type: 'refused', problem: connectionProblem(code) })
  }

  function take(frame: Frame) {
    if (frame.event === 'changes') return onChanges?.(readChanges(frame.data))
    const decoded = decodeFrame(frame)
    if (decoded.type === 'unknown') return
    if (decoded.type === 'malformed') return lose(failureWithoutAnswer('bad_response', decoded.cause))
    const { event } = decoded
    if (event.event === 'ping') return dispatch({ type: 'alive' })
    if (event.event === 'drain') {
      pursuit.lost()
      return dispatch({
        type: 'drained',
        problem: connectionProblem('draining'),
        retryMs: event.data.retryMs,
      })
    }
    fold(event)
  }

  function fold(event: StreamEvent) {
    show(applyRunEvent(view, event), event.event === 'progress')
  }

  function adopt(run: Run) {
    if (isEnded(view)) return
    // The cursor stays, so that a stream goes on from it once there is one again.
    const lastEventId = view.runId === run.id ? view.lastEventId : null
    show({ ...viewOfRun(run), lastEventId }, true)
    // Who asks instead of listening is not told of products.
    onChanges?.(null)
  }

  function show(next: RunView, isProgress: boolean) {
    if (next === view) return
    const target = pursuit.target()
    // A stream shows one run; an event of another would wipe the view of this one.
    if (next.runId !== null && target.kind === 'run' && next.runId !== target.runId) return
    view = next
    // After a reset the state follows at once: showing the emptiness between would only flicker.
    if (next.runId === null) return
    const isShown = snapshot.runId === next.runId && snapshot.progress !== null
    pursuit.found(next.runId)
    cancellation.send(next.runId)
    if (isEnded(next)) return dispatch({ type: 'ended' })
    dispatch({ type: 'alive' })
    if (isProgress) coalescer.request()
    else if (isShown) coalescer.defer()
    else publish()
  }

  function begin(target: Target, from: RunView = EMPTY_RUN_VIEW) {
    view = from
    pursuit.aim(target)
    cancellation.reset()
    dispatch({ type: 'connect' })
    publish()
  }
  function isWatching() {
    return currentSnapshot().isLoading
  }

  return {
    getSnapshot: () => snapshot,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start() {
      if (!isWatching()) begin({ kind: 'start' })
    },
    watch(runId) {
      const known = view.runId === runId
      if (!known || !isEnded(view)) begin({ kind: 'run', runId }, known ? view : EMPTY_RUN_VIEW)
    },
    resume() {
      if (!isWatching()) begin({ kind: 'resume' })
    },
    reconnect() {
      const target = pursuit.target()
      if (target.kind === 'none' || target.kind === 'resume' || isEnded(view)) return false
      begin(target, view)
      return true
    },
    cancel() {
      if (!isWatching()) return
      // Nothing was started and nothing is in flight: there is nothing to cancel but our waiting.
      if (pursuit.isUnstarted()) return refuse('cancelled')
      cancellation.ask(runIdOf(pursuit.target()))
    },
    close() {
      pursuit.lost()
      dispatch({ type: 'close' })
      coalescer.cancel()
    },
  }
}

function runIdOf(target: Target): string | null {
  return target.kind === 'run' ? target.runId : null
}
