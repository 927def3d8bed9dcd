import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createJobSlots, type JobSlot } from './job-slots.js'

const act = fc.constantFrom<keyof JobSlot>('release', 'reacquire', 'close')

it('counts the open leases that are released, whatever happens to them in whatever order', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 4 }), act), { maxLength: 60 }), (acts) => {
      const slots = createJobSlots()
      const leases = Array.from({ length: 5 }, () => ({ slot: slots.open(), last: 'reacquire' }))
      for (const [which, what] of acts) {
        const lease = leases[which]
        lease?.slot[what]()
        if (lease && lease.last !== 'close') lease.last = what
        expect(slots.released()).toBe(leases.filter(({ last }) => last === 'release').length)
      }
      for (const { slot } of leases) slot.close()
      for (const { slot } of leases) slot.release()
      expect(slots.released()).toBe(0)
    }),
  )
})

it('tells of a slot that becomes free once', () => {
  let told = 0
  const slots = createJobSlots(() => {
    told += 1
  })
  const slot = slots.open()
  slot.release()
  slot.release()
  slot.reacquire()
  slot.release()
  expect(told).toBe(2)
})
