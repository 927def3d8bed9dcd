import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pipelined } from './pipelined.js'

it('returns the results in the order of sending, each with its own type', async () => {
  const [one, letter, ids] = await pipelined([Promise.resolve(1), Promise.resolve('b'), new Set<string>()])
  expect([one.toFixed(1), letter.toUpperCase(), ids.size]).toEqual(['1.0', 'B', 0])
})

it('throws the failure of the earliest statement, in whatever order the failures arrive', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }).filter((fails) => fails.includes(true)),
      fc.scheduler(),
      async (fails, scheduler) => {
        const statements = fails.map((fails, i) =>
          scheduler.schedule(Promise.resolve()).then(() => {
            if (fails) throw new Error(`statement ${i}`)
          }),
        )
        const outcome = pipelined(statements).catch((error: Error) => error.message)
        await scheduler.waitAll()
        expect(await outcome).toBe(`statement ${fails.indexOf(true)}`)
      },
    ),
  )
})
