import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { lendWhileQuiet } from './lent-place.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function lending() {
  const calls: string[] = []
  const place = { lend: () => void calls.push('lend'), takeBack: () => void calls.push('take back') }
  return { calls, lent: lendWhileQuiet(place, 100) }
}

it('lends the place after a while without a write, once, and takes it back with the next one', () => {
  const { calls, lent } = lending()
  lent.quiet()
  vi.advanceTimersByTime(1000)
  expect(calls).toEqual(['lend'])
  lent.writing()
  vi.advanceTimersByTime(1000)
  expect(calls).toEqual(['lend', 'take back'])
})

it('keeps the place through a long write, and while writes follow each other', () => {
  const { calls, lent } = lending()
  lent.writing()
  vi.advanceTimersByTime(1000)
  for (let i = 0; i < 5; i++) {
    lent.quiet()
    vi.advanceTimersByTime(99)
    lent.writing()
  }
  expect(calls).toEqual([])
})

it('is closed with the place in hand', () => {
  const { calls, lent } = lending()
  lent.quiet()
  lent.close()
  vi.advanceTimersByTime(1000)
  expect(calls).toEqual([])
  lent.quiet()
  vi.advanceTimersByTime(100)
  lent.close()
  expect(calls).toEqual(['lend', 'take back'])
})
