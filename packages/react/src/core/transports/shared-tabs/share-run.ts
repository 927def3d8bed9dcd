import { parseCursor } from '@espejo/contract'
import { linkedController } from '../../platform/linked-signal.js'
import type { Platform, Tabs } from '../../platform/platform.js'
import type { StreamEnd, StreamListener } from '../transport.js'
import { followLeader, post, type TabMember } from './follow-leader.js'
import { type TabLock, takeLock } from './tab-lock.js'
import {
  cloneableFailure,
  notifyListener,
  type TabEvent,
  type TabEventMemory,
  toTabEvents,
} from './tab-messages.js'

export interface SharedRun {
  tabs: Tabs
  platform: Platform
  /** Names the tabs that share: session, API and run. */
  group: string
  /** The run's state as this tab knows it; kept across attempts. */
  memory: TabEventMemory
  lastEventId: string | null
  /** Opens a stream at a cursor. */
  open: OpenStream
  /** The stream that has started the run, and so is open already. */
  started?: StartedStream | undefined
}

type OpenStream = (
  lastEventId: string | null,
  listener: StreamListener,
  signal: AbortSignal,
) => Promise<StreamEnd>

export interface StartedStream {
  /** Reports the stream's further events to `listener`. Resolves at its end. */
  attach(listener: StreamListener, signal: AbortSignal): Promise<StreamEnd>
  close(): void
}

const HANDOVER_MS = 100

/** One attempt at a run's stream, as one of the tabs that share it: as leader or as follower. */
export async function shareRun(
  run: SharedRun,
  listener: StreamListener,
  signal: AbortSignal,
): Promise<StreamEnd> {
  const { tabs, platform, group, memory, started } = run
  const channel = tabs.openChannel(group)
  const member: TabMember = { tabs, platform, group, channel, id: tabs.newId(), term: 0 }
  /**
   * The newest cursor of this tab. The leader's may be newer, but resuming from there would skip a frame
   * in this tab; a frame that a tab gets twice is ignored.
   */
  let cursor = run.lastEventId

  function handleEvent(event: TabEvent) {
    memory.record(event)
    if (event.type === 'frame') cursor = nextCursor(cursor, event.frame)
    notifyListener(listener, event)
  }

  /** Returns null when another tab has stolen the lock, so that this tab has to follow it. */
  async function lead(lock: TabLock, open: OpenStream): Promise<StreamEnd | null> {
    const attempt = linkedController(signal)
    const onStolen = () => attempt.abort()
    lock.stolen.addEventListener('abort', onStolen)
    if (lock.stolen.aborted) onStolen()
    member.term = Math.max(platform.now(), member.term + 1)
    const postState = (to: string | null) =>
      post(member, { type: 'state', term: member.term, to, events: memory.state() })
    const postEvent = (event: TabEvent) => post(member, { type: 'event', term: member.term, event })
    channel.onmessage = ({ data }) => {
      if (data.type === 'ask') postState(data.from)
    }
    postState(null)
    try {
      const emit = (event: TabEvent) => {
        if (attempt.signal.aborted) return
        // Post first: on the run's ending this tab's own listener closes the channel.
        postEvent(event)
        handleEvent(event)
      }
      const end = await open(cursor, toTabEvents(emit, listener.activity), attempt.signal)
      if (!attempt.signal.aborted && end.type === 'failed' && end.failure.next === 'retry') {
        postEvent({ type: 'lost', failure: cloneableFailure(end.failure) })
      }
      return wasStolen() ? null : end
    } catch (cause) {
      if (wasStolen()) return null
      throw cause
    } finally {
      attempt.abort()
      channel.onmessage = null
      // Delayed, so that the next leader has received the last event before it gets the lock.
      platform.setTimer(lock.release, HANDOVER_MS)
    }

    function wasStolen() {
      return lock.stolen.aborted && !signal.aborted
    }
  }

  async function follow(): Promise<StreamEnd> {
    for (;;) {
      const outcome = await followLeader(
        member,
        (event, isNew) => {
          if (isNew) listener.activity()
          handleEvent(event)
        },
        signal,
      )
      switch (outcome.type) {
        case 'aborted':
          return { type: 'finished' }
        case 'lost':
          return { type: 'failed', failure: outcome.failure }
        case 'unavailable':
          return run.open(cursor, listener, signal)
        case 'lead': {
          memory.record({ type: 'connecting' })
          const end = await lead(outcome.lock, run.open)
          if (end) return end
        }
      }
    }
  }

  try {
    if (!started) return await follow()
    const attach: OpenStream = (_cursor, to, until) => started.attach(to, until)
    let lock: TabLock | null
    try {
      lock = await takeLock(tabs.locks, group, { ifAvailable: true })
    } catch {
      // Locks are not allowed here, so nothing can be shared.
      return await attach(cursor, listener, signal)
    }
    const end = lock && (await lead(lock, attach))
    if (end) return end
    // Another tab leads and has a stream of this run already.
    started.close()
    return await follow()
  } finally {
    channel.close()
  }
}

function nextCursor(cursor: string | null, frame: { event: string; id: string | null }): string | null {
  if (frame.event === 'reset') return null
  const next = parseCursor(frame.id ?? '')
  const current = parseCursor(cursor ?? '')
  return next && (current?.runId !== next.runId || next.seq > current.seq) ? frame.id : cursor
}
