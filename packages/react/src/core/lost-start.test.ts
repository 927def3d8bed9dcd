import type { RunStatus } from '@espejo/contract'
import { describe, expect, it } from 'vitest'
import { afterLostStart } from './lost-start.js'

const watch = { next: 'watch', runId: 'nueva' }

describe('after a start whose response was lost', () => {
  it.each<RunStatus>(['queued', 'running', 'paused'])(
    'a %s run is watched, no matter who started it',
    (status) => {
      for (const known of ['nueva', 'vieja', null, undefined]) {
        expect(afterLostStart({ id: 'nueva', status }, known, true)).toEqual(watch)
        expect(afterLostStart({ id: 'nueva', status }, known, false)).toEqual(watch)
      }
    },
  )

  it.each<RunStatus>(['complete', 'error', 'cancelled'])(
    'a run we did not know, already %s, is ours',
    (status) => {
      expect(afterLostStart({ id: 'nueva', status }, 'vieja', false)).toEqual(watch)
      expect(afterLostStart({ id: 'nueva', status }, null, true)).toEqual(watch)
    },
  )

  it('an ended run may be an old one if the newest run was unknown before the start', () => {
    expect(afterLostStart({ id: 'x', status: 'complete' }, undefined, false)).toEqual({ next: 'give-up' })
  })

  it('without a new run and without a response, the person decides', () => {
    expect(afterLostStart({ id: 'vieja', status: 'complete' }, 'vieja', false)).toEqual({ next: 'give-up' })
    expect(afterLostStart(null, null, false)).toEqual({ next: 'give-up' })
  })

  it('without a new run and after a declined start, it starts again', () => {
    expect(afterLostStart({ id: 'vieja', status: 'complete' }, 'vieja', true)).toEqual({ next: 'start' })
    expect(afterLostStart(null, undefined, true)).toEqual({ next: 'start' })
  })
})
