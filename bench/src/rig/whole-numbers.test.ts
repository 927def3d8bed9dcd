import { expect, test } from 'vitest'
import { UsageError } from '../bench.js'
import { readWholeNumbers } from './whole-numbers.js'

const read = (...args: string[]) => readWholeNumbers('latency', args, { products: 10, rounds: 3 })

test('takes what is given and the defaults for the rest', () => {
  expect(read('--rounds', '5')).toEqual({ products: 10, rounds: 5 })
})

test.each([['--rounds', '0'], ['--rounds', '1.5'], ['--rounds'], ['--what', '1'], ['5']])(
  'refuses %s %s with a line that names the bench',
  (...args) => {
    expect(() => read(...args)).toThrow(UsageError)
    expect(() => read(...args)).toThrow(/^latency: [^\n]*$/)
  },
)
