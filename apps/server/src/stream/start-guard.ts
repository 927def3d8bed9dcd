import type { Session } from '../accounts/session.js'

/**
 * Bounds the runs that one user starts with clients that reconnect without a cursor: on the starting route such a
 * reconnect is the same request as a press of the button. When the user's last run has ended, its ending is shown
 * instead of starting another run
 *
 * - if no stream of the user has delivered that ending,
 * - or if {@link MOST_REPEATS} streams without a cursor have joined a run, were shown an ending in this way, or
 *   were closed before the ending of the run that they started.
 *
 * Both hold until the user has had no such stream for {@link QUIET_MS}. In memory, in each process.
 */
export class StartGuard {
  readonly #users = new Map<string, UserStarts>()
  readonly #ticks: () => number

  /** @param ticks monotonic milliseconds */
  constructor(ticks: () => number) {
    this.#ticks = ticks
  }

  /** Null: this user may start a run. Else the user's last run, to be shown unless another one is active. */
  runInstead(session: Session): string | null {
    const user = this.#find(keyOf(session))
    return user && (!user.isDelivered || user.repeats >= MOST_REPEATS) ? user.runId : null
  }

  /**
   * A stream without a cursor opens for a run. Call `closed` once for each call of this.
   * @param started whether its request has started the run
   */
  opened(session: Session, runId: string, started: boolean): StreamWithoutCursor {
    const key = keyOf(session)
    const user = this.#find(key) ?? { runId, isDelivered: false, repeats: 0, open: 0, usedAt: 0 }
    if (user.runId !== runId) user.isDelivered = false
    user.runId = runId
    user.repeats += 1
    user.open += 1
    this.#use(key, user)
    return { started }
  }

  /**
   * A stream of a run has closed.
   * @param delivered whether it was sent the run's ending
   * @param stream what `opened` returned; undefined for a client with a cursor
   */
  closed(session: Session, runId: string, delivered: boolean, stream?: StreamWithoutCursor): void {
    const key = keyOf(session)
    const user = this.#find(key)
    if (!user) return
    if (delivered && user.runId === runId) user.isDelivered = true
    if (!stream) return
    user.open -= 1
    if (delivered && stream.started) user.repeats -= 1
    this.#use(key, user)
  }

  #find(key: string): UserStarts | undefined {
    const user = this.#users.get(key)
    return user && (user.open > 0 || this.#ticks() - user.usedAt < QUIET_MS) ? user : undefined
  }

  /** Moves a user to the end of the map, which is in the order of use, and forgets those at its beginning. */
  #use(key: string, user: UserStarts): void {
    const at = this.#ticks()
    this.#put(key, user, at)
    for (const [other, old] of this.#users) {
      if (at - old.usedAt < QUIET_MS) break
      if (old.open > 0) this.#put(other, old, at)
      else this.#users.delete(other)
    }
  }

  #put(key: string, user: UserStarts, at: number): void {
    user.usedAt = at
    this.#users.delete(key)
    this.#users.set(key, user)
  }
}

/** One stream of a client without a cursor. */
export interface StreamWithoutCursor {
  /** Whether its request has started the run. */
  readonly started: boolean
}

interface UserStarts {
  /** The run of the newest stream without a cursor. */
  runId: string
  /** Whether a stream of the user was sent the ending of that run. */
  isDelivered: boolean
  /** Streams without a cursor, apart from those that started a run and delivered its ending. */
  repeats: number
  /** Open streams without a cursor. */
  open: number
  /** When such a stream was last opened or closed. */
  usedAt: number
}

function keyOf({ tenantId, userId }: Session): string {
  return `${tenantId}\n${userId}`
}

const MOST_REPEATS = 4
const QUIET_MS = 15_000
