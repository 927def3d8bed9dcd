import { describe, expect, test } from 'vitest'
import { retryAfterMs } from './retry-after.js'

const NOW = Date.UTC(2026, 0, 1, 12, 0, 0)
const CAP = 300_000

describe('retryAfterMs', () => {
  test.each([
    ['seconds', '120', undefined, 120_000],
    ['zero', '0', undefined, 0],
    ['a date, by our clock', 'Thu, 01 Jan 2026 12:00:30 GMT', undefined, 30_000],
    [
      'a date, by the server’s clock',
      'Thu, 01 Jan 2026 15:00:05 GMT',
      'Thu, 01 Jan 2026 15:00:00 GMT',
      5_000,
    ],
    ['a date gone by', 'Thu, 01 Jan 2015 00:00:00 GMT', undefined, 0],
    ['absurd seconds', '99999999999999999999', undefined, CAP],
    ['an absurd date', 'Fri, 01 Jan 2100 00:00:00 GMT', undefined, CAP],
    ['negative seconds', '-5', undefined, undefined],
    ['a fraction', '1.5', undefined, undefined],
    ['a word', 'soon', undefined, undefined],
    ['nothing', undefined, undefined, undefined],
  ])('reads %s', (_, header, date, expected) => {
    expect(retryAfterMs(header, date, NOW, CAP)).toBe(expected)
  })
})
