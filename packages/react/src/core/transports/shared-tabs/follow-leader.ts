import type { Failure } from '../../connection/failure.js'
import { linkedController } from '../../platform/linked-signal.js'
import type { Edges, TabChannel, Tabs } from '../../platform/platform.js'
import { type HeldLock, takeLock } from './tab-lock.js'
import type { News, TabMessage } from './tab-messages.js'

/** This tab's place among those that share a stream. */
export interface TabSeat {
  tabs: Tabs
  edges: Edges
  /** Name of the lock and of the channel. */
  group: string
  channel: TabChannel
  id: string
  /** The newest term heard of. */
  term: number
}

/** Why following is over. `alone`: locks may not be used here, so nothing can be shared. */
export type Following =
  | { type: 'lead'; lock: HeldLock }
  | { type: 'lost'; failure: Failure }
  | { type: 'alone' }
  | { type: 'left' }

/** Without a word from the leader for so long, it is asked whether it is there. */
const QUIET_MS = 10_000
/** A page in the background answers messages at once; a frozen one does not answer. */
const ANSWER_MS = 3_000
/** Followers that notice together do not all steal at once. */
const ANSWER_JITTER_MS = 1_000

/**
 * Follows the tab that leads, until this tab has to lead itself: because the leader is gone and the
 * lock was passed on, or because it does not answer and the lock was stolen.
 *
 * @param take gets the leader's news; `isFresh` unless it is a repetition of what was before
 */
export function followLeader(
  seat: TabSeat,
  take: (news: News, isFresh: boolean) => void,
  signal: AbortSignal,
): Promise<Following> {
  const { channel, edges, group, tabs } = seat
  return new Promise((resolve) => {
    const queue = linkedController(signal)
    let isOver = false
    let takeBack = () => {}

    function settle(result: Following) {
      if (isOver) {
        if (result.type === 'lead') result.lock.release()
        return
      }
      isOver = true
      takeBack()
      channel.onmessage = null
      signal.removeEventListener('abort', leave)
      queue.abort()
      resolve(result)
    }
    const leave = () => settle({ type: 'left' })
    const lead = (lock: HeldLock | null) => lock && settle({ type: 'lead', lock })
    const beAlone = () => settle({ type: 'alone' })

    function ask() {
      post(seat, { type: 'ask', from: seat.id })
      takeBack()
      takeBack = edges.setTimer(steal, ANSWER_MS + edges.random() * ANSWER_JITTER_MS)
    }
    function steal() {
      queue.abort()
      takeLock(tabs.locks, group, { steal: true }).then(lead, beAlone)
    }
    function receive(message: TabMessage) {
      if (message.type === 'ask' || message.term < seat.term) return
      seat.term = message.term
      takeBack()
      takeBack = edges.setTimer(ask, QUIET_MS)
      if (message.type === 'news') accept(message.news, true)
      else if (message.to === null || message.to === seat.id) {
        for (const news of message.news) accept(news, false)
      }
    }
    function accept(news: News, isFresh: boolean) {
      // The news before may have been the last that was wanted.
      if (isOver) return
      take(news, isFresh)
      if (news.type === 'lost' && isFresh) settle({ type: 'lost', failure: news.failure })
    }

    if (signal.aborted) return leave()
    signal.addEventListener('abort', leave)
    channel.onmessage = ({ data }) => receive(data)
    takeLock(tabs.locks, group, { signal: queue.signal }).then(lead, () => {
      if (!queue.signal.aborted) beAlone()
    })
    ask()
  })
}

export function post({ channel }: TabSeat, message: TabMessage): void {
  channel.postMessage(message)
}
