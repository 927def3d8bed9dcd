import type { Frame } from './frame.js'
import type { StreamSession } from './stream-session.js'

/** The part of an `http.ServerResponse` that a viewer writes to. */
export interface Outlet {
  /** Bytes handed over that the operating system has not taken yet. */
  readonly writableLength: number
  write(bytes: Buffer): unknown
  end(): unknown
  destroy(): unknown
}

/** Milliseconds. One object, shared by all viewers. */
export interface ViewerPace {
  /** Least time between two progress frames. */
  readonly frameGapMs: number
  /** Between two pings. */
  readonly pingMs: number
  /** A viewer whose socket takes nothing for this long is cut. */
  readonly stallMs: number
}

/**
 * One open stream. It holds no timer and no listener: the hub's shared clock calls `flush` while
 * something is waiting, and `beat` about once a second. A class, because ten thousand of these live
 * at once and methods on a prototype cost them nothing.
 *
 * Nothing is written while the socket still holds bytes of the last write, so that a slow viewer has
 * at most one write's bytes in the socket and a few references here, and gets the newest progress
 * rather than a backlog of old ones. That is stricter than stopping at `write()`'s `false`.
 */
export class Viewer {
  readonly session: StreamSession
  /** Position in the run's log up to which this viewer has been offered everything. */
  cursor: number
  readonly #out: Outlet
  readonly #pace: ViewerPace
  /** At most: the few lossless frames of a stream, and one progress frame before each. */
  #queue: Frame[] = []
  #progressAt = Number.NEGATIVE_INFINITY
  #unreadSince: number | null = null
  #pingDue: number
  #isClosing = false

  constructor(options: {
    out: Outlet
    session: StreamSession
    cursor: number
    pace: ViewerPace
    /** Spread over the interval by the caller, so that pings do not come in waves. */
    firstPingDue: number
  }) {
    this.#out = options.out
    this.session = options.session
    this.cursor = options.cursor
    this.#pace = options.pace
    this.#pingDue = options.firstPingDue
  }

  /** Takes a frame on. It is written by the next `flush` that may write it. */
  offer(frame: Frame): void {
    // After an ending or a goodbye nothing follows.
    if (this.#isClosing) return
    const last = this.#queue.length - 1
    if (frame.lane === 'latest' && this.#queue[last]?.lane === 'latest') this.#queue[last] = frame
    else this.#queue.push(frame)
    this.#isClosing = frame.isLast
  }

  /**
   * Writes what waits, in one piece, if the socket is empty and a progress frame is due.
   * @returns false when something still waits, and this has to be called again.
   */
  flush(at: number): boolean {
    if (this.#queue.length === 0) return true
    if (this.#out.writableLength > 0) return false
    const onlyProgress = this.#queue.length === 1 && this.#queue[0]?.lane === 'latest'
    // What goes with a lossless frame is not held back: the bar stands right when the ending comes.
    if (onlyProgress && at - this.#progressAt < this.#pace.frameGapMs) return false
    this.#write(at)
    return true
  }

  /** Pings when it is time to, and cuts the viewer that has stopped reading. */
  beat(at: number, ping: Frame): void {
    if (this.#out.writableLength > 0) {
      this.#unreadSince ??= at
      if (at - this.#unreadSince >= this.#pace.stallMs) this.cut()
      return
    }
    this.#unreadSince = null
    if (this.#isClosing || this.#queue.length > 0 || at < this.#pingDue) return
    this.#pingDue = at + this.#pace.pingMs
    this.#out.write(ping.bytes)
  }

  /** Ends the connection at once. The truth is in the log, for when the viewer returns. */
  cut(): void {
    this.#isClosing = true
    this.#queue = []
    this.#out.destroy()
  }

  #write(at: number): void {
    const frames = this.#queue
    this.#queue = []
    this.#unreadSince = null
    if (frames.some((frame) => frame.lane === 'latest')) this.#progressAt = at
    const [only] = frames
    this.#out.write(
      frames.length === 1 && only ? only.bytes : Buffer.concat(frames.map(({ bytes }) => bytes)),
    )
    if (this.#isClosing) this.#out.end()
  }
}
