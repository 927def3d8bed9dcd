import { describe, expect, it } from 'vitest'
import { elapsed, formatCount, formatDateTime, formatDuration, formatShare } from './format.js'

/** Intl separates with several kinds of space. */
const plain = (text: string) => text.replace(/\s/gu, ' ')

describe('formatCount', () => {
  it('groups thousands as the reader does', () => {
    expect(formatCount(12345, 'es-AR')).toBe('12.345')
    expect(formatCount(12345, 'en')).toBe('12,345')
  })
})

describe('formatShare', () => {
  it.each([
    [1000 / 2493, 0.15, '40 %'],
    [0.07, undefined, '7 %'],
    [0.1501, 0.15, '15,01 %'],
    [0.154, 0.15, '15,4 %'],
    [0.156, 0.15, '16 %'],
    [1, 0.99, '100 %'],
    [0, undefined, '0 %'],
  ])('writes %d above %s as %s', (share, above, expected) => {
    expect(plain(formatShare(share, 'es-AR', above))).toBe(expected)
  })
})

describe('formatDateTime', () => {
  it('shows an instant in the zone of the reader', () => {
    const text = plain(formatDateTime('2026-11-24T18:04:00Z', 'es-AR', 'America/Argentina/Buenos_Aires'))
    expect(text).toMatch(/^24 .*nov.* 2026/)
    expect(text).toMatch(/15:04$/)
  })

  it('shows a dash for null and for invalid text', () => {
    expect(formatDateTime(null, 'en')).toBe('—')
    expect(formatDateTime('ayer', 'en')).toBe('—')
  })
})

describe('formatDuration', () => {
  it.each([
    [850, '850 ms'],
    [11873, '12 s'],
    [59_700, '1 min'],
    [185_000, '3 min 5 s'],
    [7_800_000, '2 h 10 min'],
  ])('writes %i ms as %s', (ms, expected) => {
    expect(plain(formatDuration(ms, 'es-AR'))).toBe(expected)
  })
})

describe('elapsed', () => {
  it('is the time between two instants', () => {
    expect(elapsed('2026-01-01T00:00:00Z', '2026-01-01T00:00:02.5Z')).toBe(2500)
  })

  it('is null while either instant is missing', () => {
    expect(elapsed('2026-01-01T00:00:00Z', null)).toBeNull()
    expect(elapsed(null, null)).toBeNull()
  })

  it('is never negative, even if clocks disagree', () => {
    expect(elapsed('2026-01-01T00:00:02Z', '2026-01-01T00:00:00Z')).toBe(0)
  })
})
