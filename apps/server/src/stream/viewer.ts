import type { Session } from '../accounts/session.js'
import { type Frame, RELOAD_FRAME } from './frame.js'
import { type FrameOutlet, writeFrame } from './write-frame.js'

/** The part of an `http.ServerResponse` that a viewer writes to. */
export interface Outlet extends FrameOutlet {
  /** Written bytes that the operating system has not taken yet. */
  readonly writableLength: number
  end(): unknown
  destroy(): unknown
}

/** Milliseconds. One object, shared by all viewers. */
export interface ViewerPace {
  /** Least time between two progress frames, on average: one that is late does not delay the next. */
  readonly frameGapMs: number
  /** Between two pings. */
  readonly pingMs: number
  /** A viewer whose socket takes no bytes for this long is disconnected. */
  readonly stallMs: number
}

/**
 * One open stream. It has no timer and no listener: the shared timers of the hub call `flush` when a
 * frame is due, and `keepAlive` about once a second. It is a class because ten thousand of these exist at
 * once, and methods on a prototype take no memory in each. Pending frames are two fields, so that one
 * frame that is offered and written allocates nothing.
 *
 * Nothing is written while the socket holds bytes of the last write. So a slow viewer takes at most
 * one write's bytes in the socket and a few references here, and gets the newest progress instead of a
 * backlog. This is stricter than waiting for `drain` after `write()` has returned false.
 */
export class Viewer {
  readonly session: Session
  /** Position in the run's log up to which this viewer has been offered everything. */
  cursor: number
  /** Whether it has asked for `changes` events. */
  readonly wantsChanges: boolean
  /** Whether it was offered the ending of its run. */
  hasEnding = false
  /** Whether the hub's queue has it, to be flushed later. */
  isQueued = false
  readonly #out: Outlet
  readonly #pace: ViewerPace
  /** Pending frames before `#newest`: the few lossless ones of a stream, and one progress frame before each. */
  #earlier: readonly Frame[] = NONE
  #newest: Frame | null = null
  /** Pending `changes` frames, of at most {@link MAX_CHANGES_BYTES}. */
  #changes: readonly Frame[] = NONE
  #progressDue = Number.NEGATIVE_INFINITY
  #unreadSince: number | null = null
  #pingDue: number
  #isClosing = false

  constructor(options: {
    out: Outlet
    session: Session
    cursor: number
    wantsChanges: boolean
    pace: ViewerPace
    /** The caller spreads it over the ping interval, so that not all viewers are pinged at once. */
    firstPingDue: number
  }) {
    this.#out = options.out
    this.session = options.session
    this.cursor = options.cursor
    this.wantsChanges = options.wantsChanges
    this.#pace = options.pace
    this.#pingDue = options.firstPingDue
  }

  /** Adds a frame to the pending ones; the next `flush` that is allowed to writes it. */
  offer(frame: Frame): void {
    // Nothing follows an ending or a `drain`.
    if (this.#isClosing) return
    const before = this.#newest
    if (before && !(before.delivery === 'latest' && frame.delivery === 'latest')) {
      this.#earlier = [...this.#earlier, before]
    }
    this.#newest = frame
    this.#isClosing = frame.isLast
    this.hasEnding = frame.isLast && frame.seq > 0
  }

  /** Adds a `changes` frame to the pending ones. If they become too large, RELOAD replaces them. */
  offerChanges(frame: Frame): void {
    // A viewer that reloads everything will see this change too.
    if (this.#isClosing || this.#changes[0] === RELOAD_FRAME) return
    const changes = [...this.#changes, frame]
    const size = changes.reduce((sum, { bytes }) => sum + bytes.length, 0)
    this.#changes = size > MAX_CHANGES_BYTES ? [RELOAD_FRAME] : changes
  }

  /**
   * Writes all pending frames in one piece, if the socket is empty and a progress frame is due.
   * @param at now, in monotonic milliseconds
   * @returns when to call this again for frames still pending; null: none are pending
   */
  flush(at: number): number | null {
    const newest = this.#newest
    if (!newest && this.#changes === NONE) return null
    if (this.#out.writableLength > 0) return at
    // A lossless frame is written at once, with the progress before it: the ending then follows the last progress.
    const isPaced = !newest || (newest.delivery === 'latest' && this.#earlier === NONE)
    if (isPaced && at < this.#progressDue) return this.#progressDue
    this.#write(at)
    return null
  }

  /** Writes `ping` if one is due; disconnects a viewer that has stopped reading. */
  keepAlive(at: number, ping: Frame): void {
    if (this.#out.writableLength > 0) {
      this.#unreadSince ??= at
      if (at - this.#unreadSince >= this.#pace.stallMs) this.disconnect()
      return
    }
    this.#unreadSince = null
    if (this.#isClosing || this.#newest || this.#changes !== NONE || at < this.#pingDue) return
    this.#pingDue = at + this.#pace.pingMs
    writeFrame(this.#out, ping)
  }

  /** Closes the connection at once. The viewer can reconnect with its cursor, because the log has all events. */
  disconnect(): void {
    this.discardPending()
    this.#out.destroy()
  }

  /** Drops all pending frames; nothing is written any more. For a connection that has closed. */
  discardPending(): void {
    this.#isClosing = true
    this.#earlier = NONE
    this.#newest = null
    this.#changes = NONE
  }

  #write(at: number): void {
    const newest = this.#newest
    // Changes go before the progress that counts them, and before an ending, because nothing follows it.
    const before = this.#changes === NONE ? this.#earlier : [...this.#earlier, ...this.#changes]
    const isProgress = this.#changes !== NONE || newest?.delivery === 'latest' || before.some(isLatest)
    this.#earlier = NONE
    this.#newest = null
    this.#changes = NONE
    this.#unreadSince = null
    // Advance the deadline by the interval, not from now; else one late frame delays all later ones.
    if (isProgress) this.#progressDue = Math.max(this.#progressDue + this.#pace.frameGapMs, at)
    if (newest && before === NONE) writeFrame(this.#out, newest)
    else this.#out.write(Buffer.concat([...before, ...(newest ? [newest] : [])].map(bytesOf)))
    if (this.#isClosing) this.#out.end()
  }
}

function isLatest({ delivery }: Frame): boolean {
  return delivery === 'latest'
}

function bytesOf({ bytes }: Frame): Buffer {
  return bytes
}

/** Shared by all viewers with at most one pending frame, which nearly always are all of them. */
const NONE: readonly Frame[] = []
/** Of the pending `changes` frames of one viewer. */
const MAX_CHANGES_BYTES = 32 * 1024
