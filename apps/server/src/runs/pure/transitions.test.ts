import { isFinal } from '@espejo/contract'
import { describe, expect, it } from 'vitest'
import { intentAfter, RUN_STATUSES, RUN_TRIGGERS, type RunRequest, transition } from './transitions.js'

const everyPair = RUN_STATUSES.flatMap((status) => RUN_TRIGGERS.map((trigger) => ({ status, trigger })))

describe('the state machine of a run', () => {
  it.each(everyPair)('$status on $trigger leads to a status or is refused', ({ status, trigger }) => {
    const next = transition(status, trigger)
    expect(next === null || RUN_STATUSES.includes(next)).toBe(true)
  })

  it('ends once: an ending refuses every trigger', () => {
    for (const { status, trigger } of everyPair.filter(({ status }) => isFinal(status))) {
      expect(transition(status, trigger)).toBeNull()
    }
  })

  it('can be cancelled from every status that is not an ending', () => {
    for (const status of RUN_STATUSES.filter((status) => !isFinal(status))) {
      expect(transition(status, 'cancel')).toBe('cancelled')
    }
  })

  it('completes only from running', () => {
    expect(RUN_STATUSES.filter((status) => transition(status, 'complete') !== null)).toEqual(['running'])
  })

  it('reaches every status from queued', () => {
    const reached = new Set<string>(['queued'])
    for (let size = 0; size !== reached.size; ) {
      size = reached.size
      for (const { status, trigger } of everyPair) {
        const next = transition(status, trigger)
        if (next !== null && reached.has(status)) reached.add(next)
      }
    }
    expect([...reached].sort()).toEqual([...RUN_STATUSES].sort())
  })
})

describe('a request to a running run', () => {
  const requests: readonly RunRequest[] = ['cancel', 'pause', 'resume']

  it('resume leaves it running: the status changes only when its worker carries out an intent', () => {
    expect(transition('running', 'resume')).toBe('running')
  })

  it.each(requests)('%s does not revoke a cancel', (request) => {
    expect(intentAfter('cancel', request)).toBe('cancel')
  })

  it.each([null, 'pause'] as const)('the last request counts after %s', (intent) => {
    expect(requests.map((request) => intentAfter(intent, request))).toEqual(['cancel', 'pause', null])
  })
})
