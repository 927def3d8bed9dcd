import type { RunStatus } from '@espejo/contract'
import { describe, expect, it } from 'vitest'
import { afterLostStart } from './lost-start.js'

const watch = { next: 'watch', runId: 'nueva' }

describe('after a start whose answer was lost', () => {
  it.each<RunStatus>(['queued', 'running', 'paused'])('a %s run is watched, whoever started it', (status) => {
    for (const known of ['nueva', 'vieja', null, undefined]) {
      expect(afterLostStart({ id: 'nueva', status }, known, true)).toEqual(watch)
      expect(afterLostStart({ id: 'nueva', status }, known, false)).toEqual(watch)
    }
  })

  it.each<RunStatus>(['complete', 'error', 'cancelled'])(
    'a run we did not know, already %s, is ours',
    (status) => {
      expect(afterLostStart({ id: 'nueva', status }, 'vieja', false)).toEqual(watch)
      expect(afterLostStart({ id: 'nueva', status }, null, true)).toEqual(watch)
    },
  )

  it('an ended run may be an old one when nobody looked before', () => {
    expect(afterLostStart({ id: 'x', status: 'complete' }, undefined, false)).toEqual({ next: 'give-up' })
  })

  it('nothing new and no word from the server leaves the decision to the person', () => {
    expect(afterLostStart({ id: 'vieja', status: 'complete' }, 'vieja', false)).toEqual({ next: 'give-up' })
    expect(afterLostStart(null, null, false)).toEqual({ next: 'give-up' })
  })

  it('nothing new and a server that said it would not is asked again', () => {
    expect(afterLostStart({ id: 'vieja', status: 'complete' }, 'vieja', true)).toEqual({ next: 'start' })
    expect(afterLostStart(null, undefined, true)).toEqual({ next: 'start' })
  })
})
