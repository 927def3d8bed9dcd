import { expect, test } from 'vitest'
import { formatMiB, formatNumber, formatTable } from './table.js'

test('aligns the first column to the left and figures to the right', () => {
  const table = formatTable(
    ['', 'rows/s'],
    [
      ['engine', '12,000'],
      ['read floor', '9'],
    ],
  )
  expect(table.split('\n')).toEqual([
    '            rows/s',
    '----------  ------',
    'engine      12,000',
    'read floor       9',
  ])
})

test('leaves no space at the end of a line', () => {
  expect(
    formatTable(['name', 'note'], [['a', '']])
      .split('\n')
      .at(-1),
  ).toBe('a')
})

test('writes figures the same on every machine', () => {
  expect(formatNumber(1_234_567.891, 1)).toBe('1,234,567.9')
  expect(formatMiB(3 * 2 ** 20)).toBe('3.0 MiB')
})
