import type { Session } from '../accounts/session.js'
import { type Frame, RELOAD_FRAME } from './frame.js'
import { type FrameOutlet, writeFrame } from './write-frame.js'

/** The part of an `http.ServerResponse` that a viewer writes to. */
export interface Outlet extends FrameOutlet {
  /** Bytes handed over that the operating system has not taken yet. */
  readonly writableLength: number
  end(): unknown
  destroy(): unknown
}

/** Milliseconds. One object, shared by all viewers. */
export interface ViewerPace {
  /** Time between two progress frames. One that was late by up to as much does not hold up the next. */
  readonly frameGapMs: number
  /** Between two pings. */
  readonly pingMs: number
  /** A viewer whose socket takes nothing for this long is cut. */
  readonly stallMs: number
}

/**
 * One open stream. It holds no timer and no listener: the hub's shared clock calls `flush` when it is
 * time to, and `beat` about once a second. A class, because ten thousand of these live at once and
 * methods on a prototype cost them nothing; and what waits is two fields, so that a frame that comes
 * and goes leaves no garbage.
 *
 * Nothing is written while the socket still holds bytes of the last write, so that a slow viewer has
 * at most one write's bytes in the socket and a few references here, and gets the newest progress
 * rather than a backlog of old ones. That is stricter than stopping at `write()`'s `false`.
 */
export class Viewer {
  readonly session: Session
  /** Position in the run's log up to which this viewer has been offered everything. */
  cursor: number
  /** Whether it has asked to be told which products change. */
  readonly wantsChanges: boolean
  /** Whether the hub has it on its list of those to be flushed later. */
  isQueued = false
  readonly #out: Outlet
  readonly #pace: ViewerPace
  /** What goes out before `#newest`: the few lossless frames of a stream, and one progress frame before each. */
  #earlier: readonly Frame[] = NONE
  #newest: Frame | null = null
  /** Which products have changed: as much of it as a viewer that does not read may cost. */
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
    /** Spread over the interval by the caller, so that pings do not come in waves. */
    firstPingDue: number
  }) {
    this.#out = options.out
    this.session = options.session
    this.cursor = options.cursor
    this.wantsChanges = options.wantsChanges
    this.#pace = options.pace
    this.#pingDue = options.firstPingDue
  }

  /** Takes a frame on. It is written by the next `flush` that may write it. */
  offer(frame: Frame): void {
    // After an ending or a goodbye nothing follows.
    if (this.#isClosing) return
    const before = this.#newest
    if (before && !(before.delivery === 'latest' && frame.delivery === 'latest')) {
      this.#earlier = [...this.#earlier, before]
    }
    this.#newest = frame
    this.#isClosing = frame.isLast
  }

  /** Takes on which products have changed. A viewer that is told of too many at once reads all anew instead. */
  offerChanges(frame: Frame): void {
    // Who is about to read all anew will see this too.
    if (this.#isClosing || this.#changes[0] === RELOAD_FRAME) return
    const changes = [...this.#changes, frame]
    const size = changes.reduce((sum, { bytes }) => sum + bytes.length, 0)
    this.#changes = size > MOST_CHANGES_BYTES ? [RELOAD_FRAME] : changes
  }

  /**
   * Writes what waits, in one piece, if the socket is empty and a progress frame is due.
   * @returns when to call this again, because something still waits; null: not before there is news
   */
  flush(at: number): number | null {
    const newest = this.#newest
    if (!newest && this.#changes === NONE) return null
    if (this.#out.writableLength > 0) return at
    // What goes with a lossless frame is not held back: the bar stands right when the ending comes.
    const isPaced = !newest || (newest.delivery === 'latest' && this.#earlier === NONE)
    if (isPaced && at < this.#progressDue) return this.#progressDue
    this.#write(at)
    return null
  }

  /** Pings when it is time to, and cuts the viewer that has stopped reading. */
  beat(at: number, ping: Frame): void {
    if (this.#out.writableLength > 0) {
      this.#unreadSince ??= at
      if (at - this.#unreadSince >= this.#pace.stallMs) this.cut()
      return
    }
    this.#unreadSince = null
    if (this.#isClosing || this.#newest || this.#changes !== NONE || at < this.#pingDue) return
    this.#pingDue = at + this.#pace.pingMs
    writeFrame(this.#out, ping)
  }

  /** Ends the connection at once. The truth is in the log, for when the viewer returns. */
  cut(): void {
    this.forget()
    this.#out.destroy()
  }

  /** Its connection is gone: nothing is written any more. */
  forget(): void {
    this.#isClosing = true
    this.#earlier = NONE
    this.#newest = null
    this.#changes = NONE
  }

  #write(at: number): void {
    const newest = this.#newest
    // The products before the progress that counts them, and before an ending, after which nothing comes.
    const before = this.#changes === NONE ? this.#earlier : [...this.#earlier, ...this.#changes]
    const isProgress = this.#changes !== NONE || newest?.delivery === 'latest' || before.some(isLatest)
    this.#earlier = NONE
    this.#newest = null
    this.#changes = NONE
    this.#unreadSince = null
    // By schedule, not from this write on: a run that keeps the very pace and is late once would have
    // each of its frames held back from then on.
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

/** Shared by all viewers with no more than one frame to write, which is nearly always all of them. */
const NONE: readonly Frame[] = []
/** Of the changes that wait for a viewer. */
const MOST_CHANGES_BYTES = 32 * 1024
