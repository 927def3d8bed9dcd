import { describe, expect, it } from 'vitest'
import { boundedPercent, formatOf } from './format.js'

/** Replaces no-break spaces, and unit names that differ between Unicode versions. */
const plain = (text: string) =>
  text
    .replace(/\s/g, ' ')
    .replace(/(\d) seg\.?/, '$1 s')
    .replace(' %', '%')

describe('in es-AR', () => {
  const format = formatOf('es-AR')

  it('a count has points between thousands', () => {
    expect(format.count(1_234_567)).toBe('1.234.567')
  })
  it('a rate has one decimal below ten', () => {
    expect([format.rate(4.25), format.rate(410.2)]).toEqual(['4,3', '410'])
  })
  it('a percent has its sign', () => {
    expect(plain(format.percent(52))).toBe('52%')
  })
  it.each([
    [0, '0 s'],
    [6_400, '6 s'],
    [60_000, '1 min'],
    [125_000, '2 min 5 s'],
    [4_200_000, '1 h 10 min'],
    [-5, '0 s'],
  ])('%i ms is %s', (ms, text) => {
    expect(plain(format.duration(ms))).toBe(text)
  })
})

describe('in English', () => {
  const format = formatOf('en')

  it('a count has commas, and a duration English units', () => {
    expect(format.count(1_234_567)).toBe('1,234,567')
    expect(format.duration(125_000)).toBe('2 min 5 sec')
  })
})

describe('a field that the server did not send', () => {
  it('is a dash, an empty bar or no time, and never NaN', () => {
    const format = formatOf('es-AR')
    expect(format.count(Number.NaN)).toBe('–')
    expect(format.count(undefined as unknown as number)).toBe('–')
    expect([boundedPercent(Number.NaN), boundedPercent(-3), boundedPercent(140)]).toEqual([0, 0, 100])
    expect(format.time('mañana')).toBeNull()
  })
})
