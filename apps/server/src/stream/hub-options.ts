import type { Session } from '../accounts/session.js'
import type { ReadChanges } from './changes-reader.js'
import type { ReadTail } from './tail-reader.js'
import type { ViewerPace } from './viewer.js'

export interface HubOptions {
  read: ReadTail
  readChanges: ReadChanges
  now: () => Date
  onError: (error: Error) => void
  /** Whether a session is still valid (user not removed, role unchanged). Called for the sessions of one tenant at a time. */
  isSessionLive?: (session: Session) => Promise<boolean>
  /** @defaultValue 200 */
  viewersPerTenant?: number
  /** @defaultValue 12000 */
  viewersPerProcess?: number
  timing?: Partial<HubTiming>
  /** Monotonic milliseconds: a wall clock that is set back would stop progress. */
  ticks?: () => number
  random?: () => number
}

/** Milliseconds. */
export interface HubTiming extends ViewerPace {
  /** A watched run is read at this interval without a wake-up. */
  pollMs: number
  /** How long an unwatched run is kept, for viewers that reconnect. */
  lingerMs: number
  /** Interval between two checks of all sessions. */
  recheckMs: number
  /** Interval of the shared timer that paces progress frames. */
  tickMs: number
  /** Interval of the shared timer for pings, stalled viewers, expired sessions and polls. */
  checkMs: number
  /** Range of a viewer's random reconnection delay. */
  retryFromMs: number
  retryToMs: number
  /** A run that could not be read for this long, because the database is away, has its viewers sent `drain`. */
  databaseAwayMs: number
  /** How long a viewer may take to read its `drain` before it is disconnected. */
  drainGraceMs: number
}

export const DEFAULT_TIMING: HubTiming = {
  frameGapMs: 250,
  pingMs: 15_000,
  stallMs: 30_000,
  pollMs: 2_000,
  lingerMs: 5_000,
  recheckMs: 60_000,
  tickMs: 50,
  checkMs: 1_000,
  retryFromMs: 1_000,
  retryToMs: 5_000,
  databaseAwayMs: 10_000,
  drainGraceMs: 2_000,
}
