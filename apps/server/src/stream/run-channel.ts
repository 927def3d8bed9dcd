import type { LogTail } from '../runs/event-log.js'
import type { ChangesCursor, ReadChanges } from './changes-reader.js'
import { changesFrame, eventFrame, type Frame, RELOAD_FRAME } from './frame.js'
import type { ReadTail } from './tail-reader.js'
import type { Viewer } from './viewer.js'

/** How far a run's log has come. */
export interface Position {
  /** Of the newest event. */
  seq: number
  ended: boolean
}

/**
 * One watched run in this process: the encoded frames that a viewer can need now, and the viewers.
 * Snapshot and live are one operation: whenever the state moves, or a viewer joins, each viewer is
 * offered what lies past its own cursor. Both happen in one turn of the event loop, and reads ask
 * for what lies past `head`, so that between register, read and live nothing can fall, and nothing
 * comes twice.
 */
export class RunChannel {
  readonly tenantId: string
  readonly runId: string
  readonly viewers = new Set<Viewer>()
  /** `unread` until the log was read for the first time. */
  presence: 'unread' | 'present' | 'absent' = 'unread'
  head = 0
  ended = false
  /** When the newest read began, on the hub's clock. */
  readAt = Number.NEGATIVE_INFINITY
  /** When it was last of use to anybody. */
  usedAt = 0
  #start: Frame | null = null
  #progress: Frame | null = null
  #ending: Frame | null = null
  #reading: Promise<void> | null = null
  #readingAgain: Promise<void> | null = null
  /** Up to where the changes have been told; null: nobody has wanted them yet. */
  #changesCursor: ChangesCursor | null = null
  readonly #deps: ChannelDeps

  constructor(tenantId: string, runId: string, deps: ChannelDeps) {
    this.tenantId = tenantId
    this.runId = runId
    this.#deps = deps
  }

  join(viewer: Viewer): void {
    this.viewers.add(viewer)
    // What it shows may be of any age. Where nobody is told yet, the read that begins the telling says so.
    if (viewer.wantsChanges && (this.#changesCursor || this.ended)) viewer.offerChanges(RELOAD_FRAME)
    this.#catchUp(viewer)
  }

  /** Reads the log for the first time, or waits for who does already. */
  async load(): Promise<void> {
    if (this.presence === 'unread') await (this.#reading ?? this.refresh())
  }

  /**
   * Reads the log past `head`. Resolves when a read that began after this call has been applied, so
   * that a wake-up during a read is not lost; calls meanwhile share that read.
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
    // After the log, so that no progress is shown before the products that it counts.
    if (tail && (tail.seq !== head || !this.#changesCursor)) await this.#readChanges()
    if (tail) this.#apply(tail)
    else this.presence = 'absent'
  }

  async #readChanges(): Promise<void> {
    if (!this.#wantsChanges()) return
    const { tenantId, runId } = this
    const told = this.#changesCursor
    const changes = await this.#deps.readChanges({ tenantId, runId, ...(told ?? NO_CHANGES_READ) })
    this.#changesCursor = changes
    const products = told ? changes.products : null
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
  /** Monotonic milliseconds. */
  ticks: () => number
}
