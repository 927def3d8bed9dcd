import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { releaseWhileWaiting } from './release-while-waiting.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function releasing() {
  const states: string[] = []
  const to = (state: string) => {
    if (states.at(-1) !== state) states.push(state)
  }
  const slot = {
    release: () => to('released'),
    reacquire: () => to('held'),
    close: () => undefined,
  }
  return { states, waitingSlot: releaseWhileWaiting(slot, 100) }
}

it('releases the slot after a while without a write, once, and reacquires it with the next one', () => {
  const { states, waitingSlot } = releasing()
  waitingSlot.waiting()
  vi.advanceTimersByTime(1000)
  expect(states).toEqual(['held', 'released'])
  waitingSlot.writing()
  vi.advanceTimersByTime(1000)
  expect(states).toEqual(['held', 'released', 'held'])
})

it('keeps the slot through a long write, and while writes follow each other', () => {
  const { states, waitingSlot } = releasing()
  waitingSlot.writing()
  vi.advanceTimersByTime(1000)
  for (let i = 0; i < 5; i++) {
    waitingSlot.waiting()
    vi.advanceTimersByTime(99)
    waitingSlot.writing()
  }
  expect(states).toEqual(['held'])
})

it('keeps the slot after close, even when writes follow', () => {
  const { states, waitingSlot } = releasing()
  waitingSlot.waiting()
  vi.advanceTimersByTime(1000)
  waitingSlot.close()
  waitingSlot.writing()
  waitingSlot.waiting()
  vi.advanceTimersByTime(1000)
  expect(states).toEqual(['held', 'released', 'held'])
})
