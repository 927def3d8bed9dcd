import { expect, test } from 'vitest'
import { flag, readOptions, text, UsageError, wholeNumber } from './options.js'

const spec = {
  products: wholeNumber({ default: 10 }),
  rounds: wholeNumber({ max: 99 }),
  verbose: flag,
  json: text,
}
const read = (...args: string[]) => readOptions('latency', args, spec)

test('returns the given values, and the defaults of the others', () => {
  expect(read()).toEqual({ products: 10, rounds: undefined, verbose: false, json: undefined })
  expect(read('--rounds', '5', '--verbose', '--json', 'a.json')).toEqual({
    products: 10,
    rounds: 5,
    verbose: true,
    json: 'a.json',
  })
})

test.each([
  ['--rounds', '0'],
  ['--rounds', '100'],
  ['--rounds', '1.5'],
  ['--rounds'],
  ['--what', '1'],
  ['--verbose=1'],
  ['5'],
])('refuses %s %s in one line that names the command', (...args) => {
  expect(() => read(...args)).toThrow(UsageError)
  expect(() => read(...args)).toThrow(/^latency: [^\n]*$/)
})
