import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogTail, StoredEvent, TailRequest } from '../runs/event-log.js'
import type { ReadChanges } from './changes-reader.js'
import { RunChannel } from './run-channel.js'
import { Viewer } from './viewer.js'

const session = { userId: 'u', tenantId: 't', role: 'viewer' as const, expiresAt: new Date(8e12) }

/** A log in memory. A read returns what the log held when it began, once the test calls `answerOne`. */
function scriptedLog() {
  const events: StoredEvent[] = [{ seq: 1, event: 'start', data: '{}' }]
  const reads: (() => void)[] = []
  const isEnded = () => events.at(-1)?.event === 'complete'
  function tailAfter({ afterSeq }: TailRequest): LogTail {
    const seq = events.length
    const past = events.filter((event) => event.seq > afterSeq && (event.seq === 1 || event.seq > seq - 2))
    const needed = past.filter(({ event }, i) => event !== 'progress' || past[i + 1]?.event !== 'progress')
    return { seq, events: needed, ended: isEnded() }
  }
  return {
    events,
    isEnded,
    append(event: 'progress' | 'complete') {
      if (!isEnded()) events.push({ seq: events.length + 1, event, data: '{}' })
    },
    read: (request: TailRequest) =>
      new Promise<LogTail>((resolve) => {
        // Taken when the read begins: events that are appended before it returns are not in it.
        const tail = tailAfter(request)
        reads.push(() => resolve(tail))
      }),
    answerOne: () => reads.shift()?.(),
  }
}

const readChanges: ReadChanges = async () => ({ change: 0, written: 0, products: [] })

function watcher(afterSeq: number) {
  const text: string[] = []
  const out = {
    writableLength: 0,
    write: (bytes: Buffer) => text.push(bytes.toString()),
    end() {},
    destroy() {},
  }
  const pace = { frameGapMs: 0, pingMs: 1, stallMs: 1 }
  const firstPingDue = Number.POSITIVE_INFINITY
  const viewer = new Viewer({ out, session, cursor: afterSeq, wantsChanges: false, pace, firstPingDue })
  const seqs = () =>
    text
      .join('')
      .match(/(?<=^id: r\.)\d+/gm)
      ?.map(Number) ?? []
  return { viewer, afterSeq, seqs, names: () => text.join('').match(/(?<=^event: )\w+/gm) ?? [] }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ do: 'append' } as const) },
  { weight: 1, arbitrary: fc.constant({ do: 'end' } as const) },
  { weight: 4, arbitrary: fc.constant({ do: 'wake' } as const) },
  { weight: 4, arbitrary: fc.constant({ do: 'answer' } as const) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('join' as const), behind: fc.nat(5) }) },
)

describe('a run channel', () => {
  it('loses and repeats no event, in any order of joins, reads and new events', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const log = scriptedLog()
        const channel = new RunChannel('t', 'r', {
          readChanges,
          read: log.read,
          flush: (viewer) => void viewer.flush(0),
          ticks: () => 0,
        })
        const watchers: ReturnType<typeof watcher>[] = []
        for (const one of steps) {
          if (one.do === 'append') log.append('progress')
          if (one.do === 'end') log.append('complete')
          if (one.do === 'wake') void channel.refresh()
          if (one.do === 'answer') log.answerOne()
          if (one.do === 'join') {
            const joined = watcher(Math.max(0, channel.head - one.behind))
            // A viewer that has the ending gets 204 and does not join.
            if (channel.ended && joined.afterSeq === channel.head) continue
            watchers.push(joined)
            channel.join(joined.viewer)
          }
          await Promise.resolve()
        }
        // In the end there is a poll, whether wake-ups were lost or not.
        let isRead = false
        void channel.refresh().then(() => {
          isRead = true
        })
        while (!isRead) {
          log.answerOne()
          await new Promise(setImmediate)
        }

        for (const { afterSeq, seqs, names } of watchers) {
          const got = seqs()
          expect(got).toEqual([...new Set(got)].sort((a, b) => a - b))
          expect(got.every((seq) => seq > afterSeq)).toBe(true)
          expect(got.at(-1) ?? afterSeq).toBe(log.events.length)
          if (afterSeq === 0) expect(names()[0]).toBe('start')
          expect(names().filter((name) => name === 'complete')).toHaveLength(log.isEnded() ? 1 : 0)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('shares the read under way, and one more among all refreshes during it', async () => {
    const log = scriptedLog()
    let reads = 0
    const read = (request: TailRequest) => {
      reads += 1
      return log.read(request)
    }
    const channel = new RunChannel('t', 'r', { read, readChanges, flush: () => undefined, ticks: () => 0 })
    const refreshed = [channel.refresh(), channel.refresh(), channel.refresh(), channel.refresh()]
    log.append('progress')
    log.answerOne()
    await refreshed[0]
    await new Promise(setImmediate)
    log.answerOne()
    await Promise.all(refreshed)
    expect(reads).toBe(2)
    expect(channel.head).toBe(2)
  })

  it('reads again after a failed read', async () => {
    const log = scriptedLog()
    let isBroken = true
    const channel = new RunChannel('t', 'r', {
      readChanges,
      read: (request) => (isBroken ? Promise.reject(new Error('no database')) : log.read(request)),
      flush: () => undefined,
      ticks: () => 0,
    })
    await expect(channel.refresh()).rejects.toThrow('no database')
    isBroken = false
    const again = channel.refresh()
    log.answerOne()
    await again
    expect(channel.head).toBe(1)
  })
})
