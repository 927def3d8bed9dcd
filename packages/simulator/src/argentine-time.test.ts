import { expect, test } from 'vitest'
import { formatDate, formatDateTime } from './argentine-time.js'

test('an instant is written three hours behind UTC, without zone', () => {
  expect(formatDateTime(Date.UTC(2018, 7, 3, 1, 6, 19))).toBe('2018-08-02 22:06:19')
})

test('the day is the Argentine one', () => {
  expect(formatDate(Date.UTC(2024, 0, 1, 2, 59))).toBe('2023-12-31')
  expect(formatDate(Date.UTC(2024, 0, 1, 3))).toBe('2024-01-01')
})
