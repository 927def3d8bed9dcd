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
import { browserPlatform } from './platform/browser-platform.js'
import type { Platform } from './platform/platform.js'
import { type RunSnapshot, toSnapshot } from './snapshot.js'
import { decodeFrame, type Frame, readChanges } from './transports/decode-frame.js'
import type { TransportFactory } from './transports/transport.js'
import { createTargetTracker, type WatchTarget } from './watch-target.js'

export interface RunWatcherOptions extends EndpointOptions {
  /** `fetchTransport` or `eventSourceTransport`. */
  transport: TransportFactory
  /** @defaultValue reads `localStorage.token` */
  getToken?: GetToken | undefined
  /** Least milliseconds between two changes of `progress`. @defaultValue 100 */
  throttleMs?: number | undefined
  /** Milliseconds without a byte after which to reconnect; the server pings every 15 s. @defaultValue 45000 */
  silenceMs?: number | undefined
  /**
   * Called with the products that the run changes, for a list of products on the same screen. Null: reload
   * the list, because too many products changed or some changes may have been missed; the first call of each
   * connection is always null.
   */
  onChanges?: ((products: ChangedProduct[] | null) => void) | undefined
  /** Replaces platform APIs: fetch, timers, clock and the rest. @defaultValue the browser's */
  edges?: Partial<Platform> | undefined
}

/** An external store (`subscribe`, `getSnapshot`) of one run and of the connection to it. */
export interface RunWatcher {
  getSnapshot(): RunSnapshot
  /** Calls `listener` after each change. Returns a function that removes it. */
  subscribe(listener: () => void): () => void
  /** Starts a run or joins the active one. Does nothing while one is being watched. */
  start(): void
  /** Watches a run, from its current state on. */
  watch(runId: string): void
  /** Watches the active run, if there is one. Does nothing while one is being watched. */
  resume(): void
  /** Resumes watching after `close` or a problem. Returns false if there is nothing to resume. */
  reconnect(): boolean
  /** Requests the cancel of the run. Watching continues until the run's ending arrives. */
  cancel(): void
  /** Stops watching. The run itself continues. */
  close(): void
}

/**
 * Creates a watcher. It makes no request and sets no timer until `start`, `watch` or `resume` is called.
 *
 * @throws TypeError when the URLs cannot be derived from `url`
 */
export function createRunWatcher(options: RunWatcherOptions): RunWatcher {
  const { getToken = tokenFromLocalStorage, throttleMs = 100, silenceMs = 45_000, onChanges } = options
  const platform: Platform = { ...browserPlatform(), ...options.edges }
  const endpoints = deriveEndpoints(options)
  const send = createRequest(getToken, platform)
  const api = createSyncApi(endpoints, send, platform)
  const transport = options.transport({ api, endpoints, send, getToken, edges: platform })
  const tracker = createTargetTracker(api, endpoints)
  const coalescer = createCoalescer(notify, throttleMs, platform)
  const publish = coalescer.flush
  const cancellation = createCancellation(api, publish)
  const connection = createConnectionDriver({
    platform,
    silenceMs,
    attempt: (signal, activity) => void attempt(signal, activity),
    onSilence: () => onFailure(failureWithoutAnswer('silent')),
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
      target: tracker.target(),
      ...cancellation.state(),
    })
  }
  function notify() {
    snapshot = currentSnapshot()
    for (const listener of listeners) listener()
  }

  /** One attempt: finds the URL, opens the stream and follows it to its end. */
  async function attempt(signal: AbortSignal, activity: () => void) {
    try {
      const resolved = await tracker.resolve(signal)
      if (signal.aborted) return
      if (resolved.type === 'nothing') return dispatch({ type: 'nothing' })
      if (resolved.type === 'not-started') return giveUp('not_started')
      if (resolved.type === 'failed') return onFailure(resolved.failure)
      const { runId } = resolved
      const url = onChanges ? withParams(resolved.url, { changes: '1' }) : resolved.url
      if (runId) cancellation.send(runId)
      const request = { url, runId, lastEventId: runId && view.lastEventId }
      const end = await transport(
        request,
        { open: onOpen, activity, frame: onFrame, degraded: onDegraded, run: onPolledRun },
        signal,
      )
      if (signal.aborted) return
      if (end.type === 'finished') dispatch({ type: 'ended' })
      else onFailure(end.failure)
    } catch (cause) {
      // Only `getToken`, the application's own function, throws here.
      if (!signal.aborted) onFailure(failureWithoutAnswer('network', cause))
    }
  }

  function onOpen() {
    dispatch({ type: 'opened' })
  }

  function onDegraded(problem: ConnectionProblem) {
    dispatch({ type: 'degraded', problem })
  }

  function onFailure(failure: Failure) {
    if (tracker.attemptEnded(failure)) return dispatch({ type: 'connect' })
    if (tracker.isUnstarted() && cancellation.state().isCancelling) return giveUp('cancelled')
    const { problem, floorMs } = failure
    dispatch(failure.next === 'stop' ? { type: 'refused', problem } : { type: 'dropped', problem, floorMs })
  }

  function giveUp(code: 'not_started' | 'cancelled') {
    tracker.set({ kind: 'none' })
    dispatch({ type: 'refused', problem: connectionProblem(code) })
  }

  function onFrame(frame: Frame) {
    if (frame.event === 'changes') return onChanges?.(readChanges(frame.data))
    const decoded = decodeFrame(frame)
    if (decoded.type === 'unknown') return
    if (decoded.type === 'malformed') return onFailure(failureWithoutAnswer('bad_response', decoded.cause))
    const { event } = decoded
    if (event.event === 'ping') return dispatch({ type: 'alive' })
    if (event.event === 'drain') {
      tracker.attemptEnded()
      return dispatch({
        type: 'drained',
        problem: connectionProblem('draining'),
        retryMs: event.data.retryMs,
      })
    }
    applyEvent(event)
  }

  function applyEvent(event: StreamEvent) {
    show(applyRunEvent(view, event), event.event === 'progress')
  }

  function onPolledRun(run: Run) {
    if (isEnded(view)) return
    // Keep the cursor, so that a later stream resumes from it.
    const lastEventId = view.runId === run.id ? view.lastEventId : null
    show({ ...viewOfRun(run), lastEventId }, true)
    // A polled run does not contain the changed products.
    onChanges?.(null)
  }

  function show(next: RunView, isProgress: boolean) {
    if (next === view) return
    const target = tracker.target()
    // An event of another run would replace the view of the watched run.
    if (next.runId !== null && target.kind === 'run' && next.runId !== target.runId) return
    view = next
    // After a reset the new state follows at once; showing the empty view in between would flicker.
    if (next.runId === null) return
    const isShown = snapshot.runId === next.runId && snapshot.progress !== null
    tracker.setRun(next.runId)
    cancellation.send(next.runId)
    if (isEnded(next)) return dispatch({ type: 'ended' })
    dispatch({ type: 'alive' })
    if (isProgress) coalescer.request()
    else if (isShown) coalescer.defer()
    else publish()
  }

  function begin(target: WatchTarget, from: RunView = EMPTY_RUN_VIEW) {
    view = from
    tracker.set(target)
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
      const target = tracker.target()
      if (target.kind === 'none' || target.kind === 'resume' || isEnded(view)) return false
      begin(target, view)
      return true
    },
    cancel() {
      if (!isWatching()) return
      // No start has reached the server and none is in flight, so there is no run to cancel.
      if (tracker.isUnstarted()) return giveUp('cancelled')
      cancellation.request(runIdOf(tracker.target()))
    },
    close() {
      tracker.attemptEnded()
      dispatch({ type: 'close' })
      coalescer.cancel()
    },
  }
}

function runIdOf(target: WatchTarget): string | null {
  return target.kind === 'run' ? target.runId : null
}
