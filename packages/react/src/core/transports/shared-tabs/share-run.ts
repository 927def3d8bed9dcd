import { parseCursor } from '@espejo/contract'
import { linkedController } from '../../platform/linked-signal.js'
import type { Edges, Tabs } from '../../platform/platform.js'
import type { StreamEnd, StreamListener } from '../transport.js'
import { followLeader, post, type TabSeat } from './follow-leader.js'
import { type HeldLock, takeLock } from './tab-lock.js'
import { asNews, type News, type NewsMemory, sendable, tell } from './tab-messages.js'

export interface SharedRun {
  tabs: Tabs
  edges: Edges
  /** Names those who share: session, API and run. */
  group: string
  /** What is known of the run in this tab; outlives the attempt. */
  memory: NewsMemory
  lastEventId: string | null
  /** Opens a stream at a cursor. */
  open: OpenStream
  /** A stream that is open already because it has started the run. */
  started?: StartedStream | undefined
}

type OpenStream = (
  lastEventId: string | null,
  listener: StreamListener,
  signal: AbortSignal,
) => Promise<StreamEnd>

export interface StartedStream {
  /** From here on the stream reports to `listener`, until its end or the signal's. */
  attach(listener: StreamListener, signal: AbortSignal): Promise<StreamEnd>
  drop(): void
}

const HANDOVER_MS = 100

/** One attempt at a run's stream, as one of the tabs that share it. */
export async function shareRun(
  run: SharedRun,
  listener: StreamListener,
  signal: AbortSignal,
): Promise<StreamEnd> {
  const { tabs, edges, group, memory, started } = run
  const seat: TabSeat = { tabs, edges, group, channel: tabs.openChannel(group), id: tabs.newId(), term: 0 }
  /**
   * The newest that this tab has. Another tab may be ahead by a frame; going on from there would skip
   * it here, and what a tab has already it passes over.
   */
  let cursor = run.lastEventId

  function take(news: News) {
    memory.note(news)
    if (news.type === 'frame') cursor = moved(cursor, news.frame)
    tell(listener, news)
  }

  /** Null when another tab has stolen the lead, and has to be followed now. */
  async function lead(lock: HeldLock, open: OpenStream): Promise<StreamEnd | null> {
    const attempt = linkedController(signal)
    const stepDown = () => attempt.abort()
    lock.stolen.addEventListener('abort', stepDown)
    if (lock.stolen.aborted) stepDown()
    seat.term = Math.max(edges.now(), seat.term + 1)
    const state = (to: string | null) =>
      post(seat, { type: 'state', term: seat.term, to, news: memory.state() })
    const publish = (news: News) => post(seat, { type: 'news', term: seat.term, news })
    seat.channel.onmessage = ({ data }) => {
      if (data.type === 'ask') state(data.from)
    }
    state(null)
    try {
      const hand = (news: News) => {
        if (attempt.signal.aborted) return
        // The others first: at the ending this tab lets go of everything.
        publish(news)
        take(news)
      }
      const end = await open(cursor, asNews(hand, listener.activity), attempt.signal)
      if (!attempt.signal.aborted && end.type === 'failed' && end.failure.next === 'retry') {
        publish({ type: 'lost', failure: sendable(end.failure) })
      }
      return isOusted() ? null : end
    } catch (cause) {
      if (isOusted()) return null
      throw cause
    } finally {
      attempt.abort()
      seat.channel.onmessage = null
      // A little later: who takes the lock over must have had the last news before.
      edges.setTimer(lock.release, HANDOVER_MS)
    }

    function isOusted() {
      return lock.stolen.aborted && !signal.aborted
    }
  }

  async function follow(): Promise<StreamEnd> {
    for (;;) {
      const next = await followLeader(
        seat,
        (news, isFresh) => {
          if (isFresh) listener.activity()
          take(news)
        },
        signal,
      )
      switch (next.type) {
        case 'left':
          return { type: 'finished' }
        case 'lost':
          return { type: 'failed', failure: next.failure }
        case 'alone':
          return run.open(cursor, listener, signal)
        case 'lead': {
          memory.note({ type: 'connecting' })
          const end = await lead(next.lock, run.open)
          if (end) return end
        }
      }
    }
  }

  try {
    if (!started) return await follow()
    const attach: OpenStream = (_cursor, to, until) => started.attach(to, until)
    let lock: HeldLock | null
    try {
      lock = await takeLock(tabs.locks, group, { ifAvailable: true })
    } catch {
      // Locks may not be used here, so nothing can be shared.
      return await attach(cursor, listener, signal)
    }
    const end = lock && (await lead(lock, attach))
    if (end) return end
    // Another tab leads: two streams of one run would be one too many.
    started.drop()
    return await follow()
  } finally {
    seat.channel.close()
  }
}

function moved(cursor: string | null, frame: { event: string; id: string | null }): string | null {
  if (frame.event === 'reset') return null
  const next = parseCursor(frame.id ?? '')
  const known = parseCursor(cursor ?? '')
  return next && (known?.runId !== next.runId || next.seq > known.seq) ? frame.id : cursor
}
