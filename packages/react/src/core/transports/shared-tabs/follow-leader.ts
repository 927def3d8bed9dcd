import type { Failure } from '../../connection/failure.js'
import { linkedController } from '../../platform/linked-signal.js'
import type { Platform, TabChannel, Tabs } from '../../platform/platform.js'
import { type TabLock, takeLock } from './tab-lock.js'
import type { TabEvent, TabMessage } from './tab-messages.js'

/** This tab as a member of the group that shares one run's stream. */
export interface TabMember {
  tabs: Tabs
  platform: Platform
  /** Name of the group's lock and of its channel. */
  group: string
  channel: TabChannel
  id: string
  /** The newest term received so far. */
  term: number
}

/** Why this tab no longer follows. `unavailable`: locks are not allowed here, so nothing can be shared. */
export type FollowOutcome =
  | { type: 'lead'; lock: TabLock }
  | { type: 'lost'; failure: Failure }
  | { type: 'unavailable' }
  | { type: 'aborted' }

/** After this silence of the leader, a follower checks whether it still responds. */
const LEADER_SILENCE_MS = 10_000
/** A page in the background responds to messages at once; a frozen page does not respond. */
const RESPONSE_MS = 3_000
/** So that the followers do not all steal the lock at the same time. */
const RESPONSE_JITTER_MS = 1_000

/**
 * Follows the leading tab until this tab has to lead: because the leader is gone and the browser granted
 * the lock to this tab, or because the leader does not respond and this tab stole the lock.
 *
 * @param onEvent gets the leader's events; `isNew` is false for those of a `state` message
 */
export function followLeader(
  member: TabMember,
  onEvent: (event: TabEvent, isNew: boolean) => void,
  signal: AbortSignal,
): Promise<FollowOutcome> {
  const { channel, platform, group, tabs } = member
  return new Promise((resolve) => {
    const lockRequest = linkedController(signal)
    let hasEnded = false
    let cancelTimer = () => {}

    function finish(outcome: FollowOutcome) {
      if (hasEnded) {
        if (outcome.type === 'lead') outcome.lock.release()
        return
      }
      hasEnded = true
      cancelTimer()
      channel.onmessage = null
      signal.removeEventListener('abort', onAbort)
      lockRequest.abort()
      resolve(outcome)
    }
    const onAbort = () => finish({ type: 'aborted' })
    const onLock = (lock: TabLock | null) => lock && finish({ type: 'lead', lock })
    const onLockError = () => finish({ type: 'unavailable' })

    function requestState() {
      post(member, { type: 'ask', from: member.id })
      cancelTimer()
      cancelTimer = platform.setTimer(stealLock, RESPONSE_MS + platform.random() * RESPONSE_JITTER_MS)
    }
    function stealLock() {
      lockRequest.abort()
      takeLock(tabs.locks, group, { steal: true }).then(onLock, onLockError)
    }
    function onMessage(message: TabMessage) {
      if (message.type === 'ask' || message.term < member.term) return
      member.term = message.term
      cancelTimer()
      cancelTimer = platform.setTimer(requestState, LEADER_SILENCE_MS)
      if (message.type === 'event') receive(message.event, true)
      else if (message.to === null || message.to === member.id) {
        for (const event of message.events) receive(event, false)
      }
    }
    function receive(event: TabEvent, isNew: boolean) {
      // The listener may have aborted on an earlier event of the same message.
      if (hasEnded) return
      onEvent(event, isNew)
      if (event.type === 'lost' && isNew) finish({ type: 'lost', failure: event.failure })
    }

    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort)
    channel.onmessage = ({ data }) => onMessage(data)
    takeLock(tabs.locks, group, { signal: lockRequest.signal }).then(onLock, () => {
      if (!lockRequest.signal.aborted) onLockError()
    })
    requestState()
  })
}

export function post({ channel }: TabMember, message: TabMessage): void {
  channel.postMessage(message)
}
