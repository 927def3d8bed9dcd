import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Session } from '../accounts/session.js'
import { type Admit, createAdmissionQueue } from './admission-queue.js'
import { createChannels } from './channels.js'
import { DueQueue } from './due-queue.js'
import { drainFrame, pingFrame, RESET_FRAME, retryFrame } from './frame.js'
import { DEFAULT_TIMING, type HubOptions } from './hub-options.js'
import type { Position } from './run-channel.js'
import { recheckSessions } from './session-check.js'
import { StartGuard, type StreamWithoutCursor } from './start-guard.js'
import { type Outlet, Viewer } from './viewer.js'
import { createViewerLimits, type ViewerSlot } from './viewer-limits.js'

/** All open streams of this process, and the runs that they show. */
export interface StreamHub {
  /** Queues the opening of a stream: its authentication, its queries and its answer. */
  admit: Admit
  /** Acquires a slot for a viewer. @throws `ViewerLimitError` */
  acquire(tenantId: string): ViewerSlot
  /**
   * The position of a run's log; null when the tenant has no such run.
   * @param atLeast a position that the caller has seen; the log is read again if the known one is lower
   */
  locate(tenantId: string, runId: string, atLeast: number): Promise<Position | null>
  /** Bounds the runs that clients without a cursor start. */
  readonly startGuard: StartGuard
  /** Sends a run to an open response until the run ends. Releases the slot when the response closes. */
  watch(request: WatchRequest): void
  /** Reads these runs again; does nothing for runs that are not watched here. */
  wake(runIds: readonly string[] | 'all'): void
  /** Sends `drain` to the viewers whose session matches, for a logout. Returns how many there were. */
  endSessions(hasEnded: (session: Session) => boolean): number
  /**
   * For a deploy: refuses new streams and sends `drain` to the open ones, spread over `overMs`
   * milliseconds, each with its own random `retryMs`. Resolves when all are closed; viewers that have
   * not read their `drain` by then are disconnected.
   */
  drain(overMs: number): Promise<void>
  /** Sends `drain` as the whole of an open response, for a stream that cannot be served now. */
  turnAway(out: Pick<ServerResponse, 'end'>): void
  stats(): { viewers: number; runs: number }
  /** Disconnects all viewers and stops the timers. */
  close(): void
}

interface WatchRequest {
  slot: ViewerSlot
  session: Session
  runId: string
  /** The viewer's position in the run's log; 0: a new viewer. */
  afterSeq: number
  /** Whether to send `reset`, because the cursor is unknown. */
  reset: boolean
  /** Whether to send `changes`. */
  changes: boolean
  /** Of a client without a cursor on the starting route. */
  stream?: StreamWithoutCursor
  out: Outlet & Pick<ServerResponse, 'on' | 'writableFinished'>
}

export function createStreamHub(options: HubOptions): StreamHub {
  const { now, onError, isSessionLive, ticks = () => performance.now(), random = Math.random } = options
  const timing = { ...DEFAULT_TIMING, ...options.timing }
  const limits = createViewerLimits({
    perTenant: options.viewersPerTenant ?? 200,
    perProcess: options.viewersPerProcess ?? 12_000,
  })
  const viewers = new Set<Viewer>()
  /** Viewers with a frame that is not due yet, or whose socket is not empty yet. */
  const waiting = new DueQueue<Viewer>()
  const channels = createChannels({ ...options, flush, sendDrain, ticks, onError, ...timing })
  const startGuard = new StartGuard(ticks)
  let isDraining = false
  let recheckDue = ticks() + timing.recheckMs
  const timers = [setInterval(tick, timing.tickMs), setInterval(check, timing.checkMs)]
  for (const timer of timers) timer.unref()

  function flush(viewer: Viewer): void {
    flushAt(viewer, ticks())
  }

  function flushAt(viewer: Viewer, at: number): void {
    const again = viewer.flush(at)
    // A viewer is queued at most once, also if an ending joins the progress that it is queued for.
    if (again === null || viewer.isQueued) return
    viewer.isQueued = true
    waiting.add(viewer, again)
  }

  function sendDrain(viewer: Viewer): void {
    viewer.offer(drainFrame(drawRetryMs()))
    flush(viewer)
  }

  function drawRetryMs(): number {
    return Math.round(timing.retryFromMs + random() * (timing.retryToMs - timing.retryFromMs))
  }

  function tick(): void {
    const at = ticks()
    waiting.take(at, (viewer) => {
      viewer.isQueued = false
      flushAt(viewer, at)
    })
  }

  function check(): void {
    const at = ticks()
    const today = now()
    const ping = pingFrame(today)
    for (const viewer of viewers) {
      viewer.keepAlive(at, ping)
      if (viewer.session.expiresAt <= today) sendDrain(viewer)
    }
    channels.poll()
    if (isSessionLive && at >= recheckDue) void recheck(isSessionLive)
  }

  async function recheck(isLive: (session: Session) => Promise<boolean>): Promise<void> {
    recheckDue = Number.POSITIVE_INFINITY
    await recheckSessions([...viewers], isLive, sendDrain, onError)
    recheckDue = ticks() + timing.recheckMs
  }

  return {
    admit: createAdmissionQueue(),
    acquire: limits.acquire,
    locate: channels.locate,
    startGuard,
    watch({ slot, session, runId, afterSeq, reset, changes, stream, out }) {
      const firstPingDue = ticks() + random() * timing.pingMs
      const viewer = new Viewer({
        out,
        session,
        cursor: afterSeq,
        wantsChanges: changes,
        pace: timing,
        firstPingDue,
      })
      viewers.add(viewer)
      viewer.offer(retryFrame(drawRetryMs()))
      if (reset) viewer.offer(RESET_FRAME)
      const channel = channels.join(viewer, slot.tenantId, runId)
      // The slot was acquired before the drain began.
      if (isDraining) sendDrain(viewer)
      out.on('close', () => {
        viewers.delete(viewer)
        viewer.discardPending()
        channels.leave(viewer, channel)
        startGuard.closed(session, runId, viewer.hasEnding && out.writableFinished, stream)
        slot.release()
      })
    },
    wake: channels.wake,
    endSessions(hasEnded) {
      const ended = [...viewers].filter((viewer) => hasEnded(viewer.session))
      for (const viewer of ended) sendDrain(viewer)
      return ended.length
    },
    async drain(overMs) {
      isDraining = true
      limits.close()
      const from = ticks()
      const all = [...viewers]
      for (const [i, viewer] of all.entries()) {
        while (ticks() < from + (overMs * i) / all.length) await delay(timing.tickMs)
        sendDrain(viewer)
      }
      const deadline = ticks() + timing.drainGraceMs
      while (viewers.size > 0 && ticks() < deadline) await delay(timing.tickMs)
      for (const viewer of viewers) viewer.disconnect()
    },
    turnAway: (out) => out.end(drainFrame(drawRetryMs()).bytes),
    stats: () => ({ viewers: viewers.size, runs: channels.count() }),
    close() {
      for (const timer of timers) clearInterval(timer)
      for (const viewer of viewers) viewer.disconnect()
    },
  }
}
