import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changesFrame, drainFrame, eventFrame, type Frame, pingFrame, RELOAD_FRAME } from './frame.js'
import { type Outlet, Viewer } from './viewer.js'

const pace = { frameGapMs: 250, pingMs: 15_000, stallMs: 30_000 }
const session = { userId: 'u', tenantId: 't', role: 'viewer' as const, expiresAt: new Date(8e12) }
const start = eventFrame('r', { seq: 1, event: 'start', data: '{}' })
const complete = eventFrame('r', { seq: 99, event: 'complete', data: '{}' })
const ping = pingFrame(new Date(0))
const progress = (seq: number) => eventFrame('r', { seq, event: 'progress', data: `{"page":${seq}}` })

/** A response whose client can stop reading. */
function outlet() {
  const written: Buffer[] = []
  const out = {
    isReading: true,
    writableLength: 0,
    state: 'open' as 'open' | 'ended' | 'destroyed',
    write(bytes: Buffer) {
      if (out.state !== 'open') throw new Error(`written when ${out.state}`)
      written.push(bytes)
      if (!out.isReading) out.writableLength += bytes.length
    },
    end() {
      out.state = 'ended'
    },
    destroy() {
      out.state = 'destroyed'
    },
    read() {
      out.writableLength = 0
    },
    written,
    text: () => Buffer.concat(written).toString(),
    ids: () =>
      Buffer.concat(written)
        .toString()
        .match(/(?<=^id: r\.)\d+/gm)
        ?.map(Number) ?? [],
  } satisfies Outlet & Record<string, unknown>
  return out
}

const drill = changesFrame({ products: [{ id: '1', kind: 'updated' }] })
const saw = changesFrame({ products: [{ id: '2', kind: 'updated' }] })
const textOf = (...frames: Frame[]) => frames.map(({ bytes }) => bytes.toString()).join('')

function viewer(out: Outlet) {
  const one = new Viewer({ out, session, cursor: 0, wantsChanges: true, pace, firstPingDue: 5_000 })
  return {
    /** Returns whether no frame is pending any more. */
    offer(frames: Frame[], at: number) {
      for (const frame of frames) one.offer(frame)
      return one.flush(at) === null
    },
    change: (frame: Frame) => one.offerChanges(frame),
    flush: (at: number) => one.flush(at) === null,
    nextFlush: (at: number) => one.flush(at),
    keepAlive: (at: number) => one.keepAlive(at, ping),
  }
}

describe('a viewer that reads', () => {
  it('gets a snapshot in one write', () => {
    const out = outlet()
    expect(viewer(out).offer([start, progress(14)], 0)).toBe(true)
    expect(out.written).toEqual([Buffer.concat([start.bytes, progress(14).bytes])])
  })

  it('is sent the shared bytes themselves, not a copy', () => {
    const out = outlet()
    const frame = progress(2)
    viewer(out).offer([frame], 0)
    expect(out.written[0]).toBe(frame.bytes)
  })

  it('gets the newest progress every 250 ms, and the first one after a pause at once', () => {
    const out = outlet()
    const one = viewer(out)
    for (let at = 0; at < 1_000; at += 10) one.offer([progress(at + 1)], at)
    expect(out.ids()).toEqual([1, 11, 251, 501, 751])
    expect(one.nextFlush(999), 'returns when the next one is due').toBe(1_000)
    expect(one.flush(999)).toBe(false)
    expect(one.flush(1_000)).toBe(true)
    expect(out.ids().at(-1)).toBe(991)
  })

  it('gets at most one frame more than its pace allows, in any span of time', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ pass: fc.nat(300), isNews: fc.boolean() })), (steps) => {
        const out = outlet()
        const one = viewer(out)
        const writtenAt: number[] = []
        let at = 0
        for (const { pass, isNews } of steps) {
          at += pass
          one.offer(isNews ? [progress(at + 1)] : [], at)
          if (out.written.length > writtenAt.length) writtenAt.push(at)
        }
        for (const [i, from] of writtenAt.entries()) {
          for (const [n, to] of writtenAt.slice(i + 1).entries()) {
            expect(to - from).toBeGreaterThanOrEqual(n * pace.frameGapMs)
          }
        }
      }),
    )
  })

  it('gets every frame at once, as long as each is late by no more than the gap', () => {
    const lateness = fc.integer({ min: 0, max: pace.frameGapMs })
    fc.assert(
      fc.property(fc.array(lateness), (late) => {
        const out = outlet()
        const one = viewer(out)
        for (const [nth, ms] of late.entries()) {
          expect(one.offer([progress(nth + 1)], nth * pace.frameGapMs + ms)).toBe(true)
        }
      }),
    )
  })

  it('gets changes before the progress that counts them, at the pace of progress', () => {
    const out = outlet()
    const one = viewer(out)
    one.offer([progress(2)], 0)
    one.change(drill)
    one.offer([progress(3)], 10)
    expect(out.text()).toBe(textOf(progress(2), drill, progress(3)))
    one.change(saw)
    expect(one.offer([progress(4)], 20)).toBe(false)
    expect(one.flush(250)).toBe(true)
    expect(out.text()).toBe(textOf(progress(2), drill, progress(3), saw, progress(4)))
  })

  it('gets the last changes before the ending', () => {
    const out = outlet()
    const one = viewer(out)
    one.change(drill)
    one.offer([progress(2), complete], 0)
    one.change(saw)
    expect(one.flush(1_000)).toBe(true)
    expect(out.text()).toBe(textOf(progress(2), drill, complete))
  })

  it('gets the ending at once, after the pending progress, and then the end of the stream', () => {
    const out = outlet()
    const one = viewer(out)
    one.offer([progress(2)], 0)
    one.offer([progress(3)], 5)
    one.offer([progress(4)], 10)
    one.offer([progress(5), complete], 20)
    expect(out.ids()).toEqual([2, 3, 5, 99])
    expect(out.state).toBe('ended')
  })

  it('gets nothing after its connection has closed', () => {
    const out = outlet()
    const gone = new Viewer({ out, session, cursor: 0, wantsChanges: true, pace, firstPingDue: 5_000 })
    gone.offer(start)
    gone.discardPending()
    gone.offer(complete)
    expect(gone.flush(1_000)).toBeNull()
    expect(out.written).toEqual([])
  })

  it('gets nothing after the ending', () => {
    const out = outlet()
    const one = viewer(out)
    one.offer([complete], 0)
    one.offer([progress(100), drainFrame(1_000)], 1_000)
    one.keepAlive(60_000)
    expect(out.ids()).toEqual([99])
  })

  it('is pinged every 15 s, progress or not', () => {
    const out = outlet()
    const one = viewer(out)
    for (let at = 0; at <= 60_000; at += 500) {
      one.offer([progress(at + 1)], at)
      one.keepAlive(at)
    }
    expect(out.written.filter((bytes) => bytes === ping.bytes)).toHaveLength(4)
  })
})

describe('a viewer that does not read', () => {
  it('is written to once, and keeps only a few frames pending', () => {
    const out = outlet()
    const one = viewer(out)
    out.isReading = false
    one.offer([start, progress(2)], 0)
    const bytes = out.writableLength
    for (let seq = 3; seq < 90; seq++) expect(one.offer([progress(seq)], seq * 1_000)).toBe(false)
    expect(one.offer([complete], 89_000)).toBe(false)
    expect(out.writableLength).toBe(bytes)
    out.read()
    expect(one.flush(90_000)).toBe(true)
    expect(out.ids()).toEqual([1, 2, 89, 99])
    expect(out.state).toBe('ended')
  })

  it('gets RELOAD in place of too many pending changes', () => {
    const out = outlet()
    const one = viewer(out)
    out.isReading = false
    one.offer([progress(2)], 0)
    one.offer([progress(3)], 300)
    for (let i = 0; i < 1_000; i++) one.change(i % 2 ? drill : saw)
    out.read()
    expect(one.flush(600)).toBe(true)
    expect(out.text()).toBe(textOf(progress(2), RELOAD_FRAME, progress(3)))
  })

  it('is disconnected when its socket takes no bytes for 30 s', () => {
    const out = outlet()
    const one = viewer(out)
    out.isReading = false
    one.offer([start], 0)
    for (let at = 1_000; at < 31_000; at += 1_000) one.keepAlive(at)
    expect(out.state).toBe('open')
    one.keepAlive(31_000)
    expect(out.state).toBe('destroyed')
    expect(one.offer([complete], 32_000)).toBe(true)
  })

  it('is disconnected also when it does not read the ending', () => {
    const out = outlet()
    const one = viewer(out)
    out.isReading = false
    one.offer([complete], 0)
    one.keepAlive(1_000)
    one.keepAlive(31_000)
    expect(out.state).toBe('destroyed')
  })

  it('is not disconnected when it is slow but reads', () => {
    const out = outlet()
    const one = viewer(out)
    out.isReading = false
    for (let at = 0; at < 120_000; at += 1_000) {
      if (at % 20_000 === 0) out.read()
      one.offer([progress(at + 1)], at)
      one.keepAlive(at)
    }
    expect(out.state).toBe('open')
  })

  it('gets `drain` after what was pending, and nothing after it', () => {
    const out = outlet()
    const one = viewer(out)
    out.isReading = false
    one.offer([start], 0)
    one.offer([progress(2), drainFrame(1_500), progress(3), complete], 10)
    out.read()
    one.flush(20)
    expect(out.ids()).toEqual([1, 2])
    expect(out.written.at(-1)?.toString()).toMatch(/retry: 1500\nevent: drain\ndata: {"retryMs":1500}\n\n$/)
    expect(out.state).toBe('ended')
  })
})
