import { expect, test } from 'vitest'
import { UsageError } from '../bench.js'
import { readOptions } from './options.js'

test('without options it is the size that the targets speak of', () => {
  expect(readOptions([])).toEqual({ viewers: 10_000, runs: 200, seconds: 20 })
})

test('every run has as many viewers as the others', () => {
  expect(readOptions(['--viewers', '1000', '--runs', '50', '--seconds', '5'])).toEqual({
    viewers: 1000,
    runs: 50,
    seconds: 5,
  })
  expect(() => readOptions(['--viewers', '1000', '--runs', '30'])).toThrow(UsageError)
})

test.each([
  [['--viewers', 'many']],
  [['--viewers', '20000']],
  [['--viewers', '10000', '--runs', '20']],
  [['--seconds', '0']],
  [['--products', '5']],
])('says what is wrong with %j', (args) => {
  expect(() => readOptions(args)).toThrow(UsageError)
})
