import type { Session } from '../accounts/session.js'
import type { ReadChanges } from './changes-reader.js'
import type { ReadTail } from './tail-reader.js'
import type { ViewerPace } from './viewer.js'

export interface HubOptions {
  read: ReadTail
  readChanges: ReadChanges
  now: () => Date
  onError: (error: Error) => void
  /** Whether a session still holds (user not removed, role as it was); asked for each user in turn. */
  isSessionLive?: (session: Session) => Promise<boolean>
  /** @defaultValue 200 */
  viewersPerTenant?: number
  /** @defaultValue 12000 */
  viewersPerProcess?: number
  timing?: Partial<HubTiming>
  /** Monotonic milliseconds: a wall clock that is set back must not hold progress up. */
  ticks?: () => number
  random?: () => number
}

/** Milliseconds. */
export interface HubTiming extends ViewerPace {
  /** A watched run is read this often without any wake-up. */
  pollMs: number
  /** A run that nobody watches any more is kept for those who reconnect. */
  lingerMs: number
  /** Between two checks of all sessions. */
  recheckMs: number
  /** Of the shared clock that paces progress. */
  tickMs: number
  /** Of the shared clock for everything else. */
  beatMs: number
  /** The reconnection delay told to a viewer is drawn between these two. */
  retryFromMs: number
  retryToMs: number
  /** How long a viewer may take to read its goodbye in a drain. */
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
  beatMs: 1_000,
  retryFromMs: 1_000,
  retryToMs: 5_000,
  drainGraceMs: 2_000,
}
