import fc from 'fast-check'
import { expect, it } from 'vitest'
import { useDatabase } from '../../test/support/database.js'
import { jsonbArray } from './jsonb-array.js'

const database = useDatabase()

it('PostgreSQL reads back every document that it can store', async () => {
  // jsonb refuses NUL and lone surrogates, which the parser removes.
  const storable = fc.jsonValue().filter((value) => !/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(value)))
  await fc.assert(
    fc.asyncProperty(fc.array(storable, { minLength: 1, maxLength: 20 }), async (values) => {
      const { rows } = await database.pool.query<{ value: unknown }>(
        'SELECT value FROM unnest($1::jsonb[]) WITH ORDINALITY AS t (value, n) ORDER BY n',
        [jsonbArray(values.map((value) => JSON.stringify(value)))],
      )
      expect(JSON.stringify(rows.map(({ value }) => normal(value)))).toBe(JSON.stringify(values.map(normal)))
    }),
    { numRuns: 50 },
  )
})

/** As jsonb stores it: keys sorted, the last of equal keys, -0 as 0. */
function normal(value: unknown): unknown {
  if (Object.is(value, -0)) return 0
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(normal)
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, normal(inner)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}
