import { expect, it } from 'vitest'
import { describeDifference } from './database-clock.js'

const MINUTE = 60_000

it.each([
  [16 * MINUTE, "16 min ahead of the database's"],
  [-60 * MINUTE, "1 h behind the database's"],
  [730 * 1440 * MINUTE + 61 * MINUTE, "730 d 1 h 1 min ahead of the database's"],
  [5 * MINUTE + 1, "5 min ahead of the database's"],
  [5 * MINUTE, null],
  [-5 * MINUTE, null],
  [0, null],
])('a difference of %i ms is «%s»', (ms, words) => {
  expect(describeDifference(ms)).toBe(words)
})
