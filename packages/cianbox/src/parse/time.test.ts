import fc from 'fast-check'
import { expect, test } from 'vitest'
import { argentineTimeToIso } from './time.js'

test.each([
  ['2018-08-02 22:06:19', '2018-08-03T01:06:19.000Z'],
  ['2018-08-02T09:06:19', '2018-08-02T12:06:19.000Z'],
  ['2023-12-31 21:00:00', '2024-01-01T00:00:00.000Z'],
  ['2024-02-28 23:59:59', '2024-02-29T02:59:59.000Z'],
])('%s in Argentina is %s', (local, utc) => {
  expect(argentineTimeToIso(local)).toBe(utc)
})

test.each([
  '0000-00-00 00:00:00',
  '2023-02-29 10:00:00',
  '2023-13-01 10:00:00',
  '2023-04-31 10:00:00',
  '2023-01-01 24:00:00',
  '2023-01-01 10:60:00',
  '2023-01-01',
  '2023-01-01 10:00:00Z',
  'ayer',
  '',
])('"%s" is no time', (text) => {
  expect(argentineTimeToIso(text)).toBeUndefined()
})

test('has the same result as `Date`', () => {
  const dates = fc.date({
    min: new Date('1000-01-01T00:00:00Z'),
    max: new Date('9998-12-31T20:59:59Z'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(dates, (date) => {
      const local = date.toISOString().slice(0, 19).replace('T', ' ')
      const expected = new Date(Date.parse(`${local.replace(' ', 'T')}.000Z`) + 3 * 3_600_000).toISOString()
      expect(argentineTimeToIso(local)).toBe(expected)
    }),
  )
})
