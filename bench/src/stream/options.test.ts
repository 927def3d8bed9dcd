import { UsageError } from '@espejo/tooling/options'
import { expect, test } from 'vitest'
import { readOptions } from './options.js'

test('the defaults are the sizes that the targets assume', () => {
  expect(readOptions([])).toEqual({ viewers: 10_000, runs: 200, seconds: 20 })
})

test('the viewers are a multiple of the runs', () => {
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
])('refuses %j', (args) => {
  expect(() => readOptions(args)).toThrow(UsageError)
})
