import { expect, it } from 'vitest'
import { LIE_NAMES } from './draw-lie.js'
import { drawLiesPlan } from './plan.js'

const seeds = Array.from({ length: 2000 }, (_, i) => i + 1)
const plans = seeds.map((seed) => drawLiesPlan(seed, 'any'))
const byId = seeds.map((seed) => drawLiesPlan(seed, 'by-id'))

it('a seed always draws the same round, and the next seed a different one', () => {
  for (const focus of ['any', 'by-id'] as const) {
    for (const seed of seeds.slice(0, 300)) {
      expect(drawLiesPlan(seed, focus)).toEqual(drawLiesPlan(seed, focus))
      expect(drawLiesPlan(seed, focus)).not.toEqual({ ...drawLiesPlan(seed + 1, focus), seed })
    }
  }
})

it('every lie is drawn with each frequency: once, a few times, persistently', () => {
  const drawn = new Set(
    plans.flatMap(({ lies }) => lies.map(({ name, frequency }) => `${name} ${frequency}`)),
  )
  for (const name of LIE_NAMES) {
    for (const frequency of ['once', 'few', 'persistent']) expect(drawn).toContain(`${name} ${frequency}`)
  }
})

it('every mode, dialect and size of catalogue is drawn', () => {
  const of = (what: (plan: (typeof plans)[number]) => unknown) => new Set(plans.map(what))
  expect(of(({ mode }) => mode)).toEqual(new Set(['full', 'incremental', 'ids', 'webhook']))
  expect(of(({ dialect, isMirrored }) => `${dialect} ${isMirrored}`).size).toBe(4)
  expect(plans.some(({ products }) => products === 0)).toBe(true)
  expect(plans.some(({ products, pageSize }) => products > pageSize && products % pageSize === 0)).toBe(true)
  expect(plans.every(({ products, pageSize }) => products <= 410 && pageSize >= 10 && pageSize <= 50)).toBe(
    true,
  )
  expect(plans.some(({ switches }) => (switches.hiddenEvery ?? 0) > 0)).toBe(true)
  expect(plans.some(({ hasFutureRow }) => hasFutureRow)).toBe(true)
  expect(of(({ clockHours }) => Math.sign(clockHours))).toEqual(new Set([-1, 0, 1]))
})

it('more than half of the lies about a page are about the first or the last one', () => {
  const places = plans.flatMap(({ products, pageSize, isMirrored, lies }) =>
    isMirrored
      ? []
      : lies.flatMap(({ fault: { page } }) => (page ? [[page, Math.ceil(products / pageSize)]] : [])),
  )
  const atTheEnds = places.filter(([page, last]) => page === 1 || page === last)
  expect(atTheEnds.length).toBeGreaterThan(places.length / 2)
})

it('a first load of one page gets one lie, injected once; no first load is empty from its first page on', () => {
  for (const { isMirrored, products, pageSize, lies } of plans) {
    if (isMirrored) continue
    expect(lies.some(({ fault: { fromPage } }) => fromPage === 1)).toBe(false)
    if (products <= pageSize) expect(lies.map(({ frequency }) => frequency)).toEqual(['once'])
  }
})

it('rounds of lies by id have a mirror and a lie by id, and a full run has a lie that hides rows first', () => {
  for (const { isMirrored, mode, lies } of byId) {
    expect(isMirrored).toBe(true)
    expect(lies.some(({ name }) => name.startsWith('by id'))).toBe(true)
    if (mode === 'full') expect(lies[0]?.fault.byId).toBe(false)
    expect(mode).not.toBe('incremental')
  }
})
