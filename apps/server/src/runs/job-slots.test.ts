import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createJobSlots, type JobSlot } from './job-slots.js'

const action = fc.constantFrom<keyof JobSlot>('release', 'reacquire', 'close')

it('counts the open leases that are released, after any sequence of calls', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 4 }), action), { maxLength: 60 }), (actions) => {
      const slots = createJobSlots()
      const leases = Array.from({ length: 5 }, () => ({ slot: slots.open(), last: 'reacquire' }))
      for (const [which, what] of actions) {
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

it('calls onRelease once for each release', () => {
  let calls = 0
  const slots = createJobSlots(() => {
    calls += 1
  })
  const slot = slots.open()
  slot.release()
  slot.release()
  slot.reacquire()
  slot.release()
  expect(calls).toBe(2)
})
