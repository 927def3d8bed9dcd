import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAdmissionQueue } from './admission-queue.js'

/** Work that runs until `end` resolves or rejects it. */
function job(nth: number, begun: number[]) {
  let end: (isGood: boolean) => void = () => undefined
  const ended = new Promise<number>((resolve, reject) => {
    end = (isGood) => (isGood ? resolve(nth) : reject(new Error(`job ${nth}`)))
  })
  const work = () => {
    begun.push(nth)
    return ended
  }
  return { work, end }
}

const nextTurn = () => new Promise(setImmediate)

describe('the admission queue', () => {
  it('admits in order of arrival, within the limits of a slice and of what runs at once', async () => {
    const limits = fc.record({
      perSlice: fc.integer({ min: 1, max: 5 }),
      maxConcurrent: fc.integer({ min: 1, max: 7 }),
    })
    const endings = fc.array(fc.record({ good: fc.boolean(), which: fc.nat() }), {
      minLength: 1,
      maxLength: 40,
    })
    await fc.assert(
      fc.asyncProperty(limits, endings, async ({ perSlice, maxConcurrent }, given) => {
        const admit = createAdmissionQueue({ perSlice, maxConcurrent, turnsPerSlice: 3 })
        const begun: number[] = []
        const jobs = given.map((_, nth) => job(nth, begun))
        const results = jobs.map(({ work }) => admit(work).catch((error: Error) => error.message))
        const open = new Set<number>()
        let known = 0
        for (const { good, which } of given) {
          while (open.size === 0) {
            await nextTurn()
            expect(begun.length - known).toBeLessThanOrEqual(perSlice)
            for (const nth of begun.slice(known)) open.add(nth)
            known = begun.length
            expect(open.size).toBeLessThanOrEqual(maxConcurrent)
          }
          const ending = [...open][which % open.size] ?? 0
          open.delete(ending)
          jobs[ending]?.end(good)
        }
        await Promise.all(results)
        expect(begun).toEqual(given.map((_, nth) => nth))
      }),
      { numRuns: 50 },
    )
  })

  it('passes on the result or the error of the work, and continues after an error', async () => {
    const admit = createAdmissionQueue({ perSlice: 1, maxConcurrent: 1 })
    const failed = admit(() => Promise.reject(new Error('no')))
    const next = admit(async () => 7)
    await expect(failed).rejects.toThrow('no')
    expect(await next).toBe(7)
  })

  it('starts few slices while more work arrives, and one in each turn afterwards', async () => {
    const admit = createAdmissionQueue({ perSlice: 2, turnsPerSlice: 10 })
    let begun = 0
    const all: Promise<void>[] = []
    const ask = () =>
      admit(async () => {
        begun += 1
      })
    for (let turn = 0; turn < 100; turn++) {
      all.push(ask())
      await nextTurn()
    }
    expect(begun, 'two in every tenth of a hundred turns').toBe(20)
    for (let turn = 0; turn < 41; turn++) await nextTurn()
    expect(begun, 'then two in each turn').toBe(100)
    await Promise.all(all)
  })
})
