import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAdmissionQueue } from './admission-queue.js'

/** Work that goes on until it is told to end, well or badly. */
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
  it('come in order, one for each, with no more under way or begun at once than is allowed', async () => {
    const limits = fc.record({
      perTurn: fc.integer({ min: 1, max: 5 }),
      atOnce: fc.integer({ min: 1, max: 7 }),
    })
    const endings = fc.array(fc.record({ good: fc.boolean(), which: fc.nat() }), {
      minLength: 1,
      maxLength: 40,
    })
    await fc.assert(
      fc.asyncProperty(limits, endings, async ({ perTurn, atOnce }, given) => {
        const admit = createAdmissionQueue({ perTurn, atOnce, oneTurnIn: 3 })
        const begun: number[] = []
        const jobs = given.map((_, nth) => job(nth, begun))
        const results = jobs.map(({ work }) => admit(work).catch((error: Error) => error.message))
        const open = new Set<number>()
        let known = 0
        for (const { good, which } of given) {
          while (open.size === 0) {
            await nextTurn()
            expect(begun.length - known).toBeLessThanOrEqual(perTurn)
            for (const nth of begun.slice(known)) open.add(nth)
            known = begun.length
            expect(open.size).toBeLessThanOrEqual(atOnce)
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

  it('give back what the work gave, or its error, and go on after one', async () => {
    const admit = createAdmissionQueue({ perTurn: 1, atOnce: 1 })
    const failed = admit(() => Promise.reject(new Error('no')))
    const next = admit(async () => 7)
    await expect(failed).rejects.toThrow('no')
    expect(await next).toBe(7)
  })

  it('are mostly passed over while more arrives, and then come quickly', async () => {
    const admit = createAdmissionQueue({ perTurn: 2, oneTurnIn: 10 })
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
    expect(begun, 'in every tenth of a hundred turns two').toBe(20)
    for (let turn = 0; turn < 41; turn++) await nextTurn()
    expect(begun, 'and then two in each').toBe(100)
    await Promise.all(all)
  })
})
