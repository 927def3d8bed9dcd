import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DueQueue } from './due-queue.js'

const SLOT_MS = 5

/** Milliseconds that pass, and the due times, relative to then, of items that are added. */
const step = fc.record({ pass: fc.nat(60), adds: fc.array(fc.integer({ min: -20, max: 300 })) })

describe('an item of the due queue', () => {
  it('is taken once, never early, and at the latest one slot after its due time', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const queue = new DueQueue<{ dueAt: number }>(SLOT_MS)
        const inside = new Set<{ dueAt: number }>()
        let at = 0
        for (const { pass, adds } of [...steps, { pass: 1_000, adds: [] }]) {
          at += pass
          queue.take(at, (item) => {
            expect(inside.delete(item), 'was in the queue').toBe(true)
            expect(item.dueAt).toBeLessThanOrEqual(at)
          })
          for (const { dueAt } of inside) expect(dueAt).toBeGreaterThan(at - SLOT_MS)
          for (const ahead of adds) {
            const item = { dueAt: at + ahead }
            inside.add(item)
            queue.add(item, item.dueAt)
          }
        }
        expect(inside.size).toBe(0)
      }),
    )
  })

  it('that is added again during a take is left for the next one', () => {
    const queue = new DueQueue<string>()
    queue.add('again', 10)
    const seen: string[] = []
    const putBack = (item: string) => {
      seen.push(item)
      queue.add(item, 10)
    }
    queue.take(20, putBack)
    expect(seen).toEqual(['again'])
    queue.take(20, putBack)
    expect(seen).toEqual(['again', 'again'])
  })
})
