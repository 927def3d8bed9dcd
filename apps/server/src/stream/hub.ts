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
import { type Outlet, Viewer } from './viewer.js'
import { createViewerLimits, type ViewerSlot } from './viewer-limits.js'

/** All open streams of this process, and the runs that they watch. */
export interface StreamHub {
  /** Opens a stream when its turn comes: all that authenticates, looks up and answers. */
  admit: Admit
  /** Takes a viewer's place. @throws `ViewerLimitError` */
  acquire(tenantId: string): ViewerSlot
  /** Where a run of the tenant stands; null: no such run. `atLeast`: what the caller has seen of it. */
  locate(tenantId: string, runId: string, atLeast: number): Promise<Position | null>
  /** Lets an open response watch a run until it ends. The slot is released when it closes. */
  watch(request: WatchRequest): void
  /** Hints that there is news of these runs. Costs nothing for runs that nobody watches here. */
  wake(runIds: readonly string[] | 'all'): void
  /** Says goodbye to the viewers of the sessions that match, for a logout. Returns how many. */
  endSessions(hasEnded: (session: Session) => boolean): number
  /**
   * For a deploy: refuses new streams, and says goodbye to the open ones, spread over `overMs`, each
   * with a `retryMs` of its own. Resolves when all are closed; who has not let go by then is cut.
   */
  drain(overMs: number): Promise<void>
  stats(): { viewers: number; runs: number }
  /** Cuts what is still open and stops the clocks. */
  close(): void
}

interface WatchRequest {
  slot: ViewerSlot
  session: Session
  runId: string
  /** The viewer's position in the run's log; 0: it has nothing. */
  afterSeq: number
  /** Whether to tell the viewer that its cursor is unknown. */
  reset: boolean
  /** Whether to tell it which products change. */
  changes: boolean
  out: Outlet & Pick<ServerResponse, 'on'>
}

export function createStreamHub(options: HubOptions): StreamHub {
  const { now, onError, isSessionLive, ticks = () => performance.now(), random = Math.random } = options
  const timing = { ...DEFAULT_TIMING, ...options.timing }
  const limits = createViewerLimits({
    perTenant: options.viewersPerTenant ?? 200,
    perProcess: options.viewersPerProcess ?? 12_000,
  })
  const viewers = new Set<Viewer>()
  /** Those with something that is not due yet, or whose socket is not empty yet. */
  const waiting = new DueQueue<Viewer>()
  const channels = createChannels({ ...options, flush, lost: sendDrain, ticks, onError, ...timing })
  let isDraining = false
  let recheckDue = ticks() + timing.recheckMs
  const clocks = [setInterval(tick, timing.tickMs), setInterval(beat, timing.beatMs)]
  for (const clock of clocks) clock.unref()

  function flush(viewer: Viewer): void {
    flushAt(viewer, ticks())
  }

  function flushAt(viewer: Viewer, at: number): void {
    const again = viewer.flush(at)
    // Who is queued for its progress stays there, also with an ending that met a socket still full.
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

  function beat(): void {
    const at = ticks()
    const today = now()
    const ping = pingFrame(today)
    for (const viewer of viewers) {
      viewer.beat(at, ping)
      if (viewer.session.expiresAt <= today) sendDrain(viewer)
    }
    channels.beat()
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
    watch({ slot, session, runId, afterSeq, reset, changes, out }) {
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
      // Its slot was taken before the drain began.
      if (isDraining) sendDrain(viewer)
      out.on('close', () => {
        viewers.delete(viewer)
        viewer.forget()
        channels.leave(viewer, channel)
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
      for (const viewer of viewers) viewer.cut()
    },
    stats: () => ({ viewers: viewers.size, runs: channels.count() }),
    close() {
      for (const clock of clocks) clearInterval(clock)
      for (const viewer of viewers) viewer.cut()
    },
  }
}
