import type { LogTail } from '../runs/event-log.js'
import type { ChangesCursor, ReadChanges } from './changes-reader.js'
import { changesFrame, eventFrame, type Frame, RELOAD_FRAME } from './frame.js'
import type { ReadTail } from './tail-reader.js'
import type { Viewer } from './viewer.js'

/** The end of a run's log. */
export interface Position {
  /** Of the newest event. */
  seq: number
  ended: boolean
}

/**
 * One watched run of this process: its viewers, and the encoded frames that a new viewer needs.
 *
 * There is no difference between snapshot and live events: whenever a read brings events, or a viewer
 * joins, each viewer is offered the frames past its own cursor, and reads continue from `head`. Each of
 * these steps is synchronous, so that no event is lost or sent twice between them.
 */
export class RunChannel {
  readonly tenantId: string
  readonly runId: string
  readonly viewers = new Set<Viewer>()
  /** `unread`: the log was never read. `absent`: the run does not exist (any more). */
  presence: 'unread' | 'present' | 'absent' = 'unread'
  /** Position of the newest event that was read. */
  head = 0
  ended = false
  /** When the newest read began, in {@link ChannelDeps.ticks}. */
  readAt = Number.NEGATIVE_INFINITY
  /** When a viewer last joined, left or looked the run up, in {@link ChannelDeps.ticks}. */
  usedAt = 0
  /** When the first of the failed reads ended, in {@link ChannelDeps.ticks}; null: the newest read succeeded. */
  failingSince: number | null = null
  #start: Frame | null = null
  #progress: Frame | null = null
  #ending: Frame | null = null
  #reading: Promise<void> | null = null
  #readingAgain: Promise<void> | null = null
  /** Up to where the changes were read; null: no viewer has asked for them yet. */
  #changesCursor: ChangesCursor | null = null
  readonly #deps: ChannelDeps

  constructor(tenantId: string, runId: string, deps: ChannelDeps) {
    this.tenantId = tenantId
    this.runId = runId
    this.#deps = deps
  }

  join(viewer: Viewer): void {
    this.viewers.add(viewer)
    // What the viewer shows may be out of date. Before the first read of changes, that read sends RELOAD.
    if (viewer.wantsChanges && (this.#changesCursor || this.ended)) viewer.offerChanges(RELOAD_FRAME)
    this.#catchUp(viewer)
  }

  /** Reads the log if it was never read; a read under way is shared. */
  async load(): Promise<void> {
    if (this.presence === 'unread') await (this.#reading ?? this.refresh())
  }

  /**
   * Reads the log past `head`. Resolves when a read that began after this call is applied, so that a
   * wake-up during a read is not lost. Calls during a read share the one that follows it.
   */
  refresh(): Promise<void> {
    if (this.ended || this.presence === 'absent') return Promise.resolve()
    if (!this.#reading) {
      this.#reading = this.#read().finally(() => {
        this.#reading = null
      })
      return this.#reading
    }
    const again = () => {
      this.#readingAgain = null
      return this.refresh()
    }
    this.#readingAgain ??= this.#reading.then(again, again)
    return this.#readingAgain
  }

  async #read(): Promise<void> {
    this.readAt = this.#deps.ticks()
    const { tenantId, runId, head } = this
    const tail = await this.#deps.read({ tenantId, runId, afterSeq: head })
    // After the log: the changes then include every product that the new progress counts.
    if (tail && (tail.seq !== head || !this.#changesCursor)) await this.#readChanges()
    if (tail) this.#apply(tail)
    else this.presence = 'absent'
  }

  async #readChanges(): Promise<void> {
    if (!this.#wantsChanges()) return
    const { tenantId, runId } = this
    const cursor = this.#changesCursor
    const changes = await this.#deps.readChanges({ tenantId, runId, ...(cursor ?? NO_CHANGES_READ) })
    this.#changesCursor = changes
    const products = cursor ? changes.products : null
    if (products?.length === 0) return
    const frame = products ? changesFrame({ products }) : RELOAD_FRAME
    for (const viewer of this.viewers) if (viewer.wantsChanges) viewer.offerChanges(frame)
  }

  #wantsChanges(): boolean {
    for (const viewer of this.viewers) if (viewer.wantsChanges) return true
    return false
  }

  #apply(tail: LogTail): void {
    this.presence = 'present'
    for (const event of tail.events) {
      const frame = eventFrame(this.runId, event)
      if (event.event === 'start') this.#start = frame
      else if (event.event === 'progress') this.#progress = frame
      else this.#ending = frame
    }
    this.ended = tail.ended
    if (tail.seq === this.head) return
    this.head = tail.seq
    for (const viewer of this.viewers) this.#catchUp(viewer)
  }

  #catchUp(viewer: Viewer): void {
    if (this.#start && this.#start.seq > viewer.cursor) viewer.offer(this.#start)
    if (this.#progress && this.#progress.seq > viewer.cursor) viewer.offer(this.#progress)
    if (this.#ending && this.#ending.seq > viewer.cursor) viewer.offer(this.#ending)
    viewer.cursor = Math.max(viewer.cursor, this.head)
    this.#deps.flush(viewer)
  }
}

const NO_CHANGES_READ = { change: 0, written: 0 }

export interface ChannelDeps {
  read: ReadTail
  readChanges: ReadChanges
  /** Called for a viewer that was offered something. */
  flush: (viewer: Viewer) => void
  /** Monotonic milliseconds, the clock of the hub. */
  ticks: () => number
}
