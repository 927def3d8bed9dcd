import { describe, expect, it } from 'vitest'
import { lacksFullRuns, toBody, toDraft } from './draft.js'

const stored = {
  full: '0 3 * * *',
  incremental: '*/15 * * * *',
  sweepGuardPercent: 15,
  guardExpiryHours: 24,
}

describe('toDraft', () => {
  it('recognises the presets, however they are spaced', () => {
    const draft = toDraft({ ...stored, full: ' 0  3 * * * ' })
    expect([draft.full.choice, draft.incremental.choice]).toEqual(['nightly', 'quarterHourly'])
    expect(toDraft({ ...stored, full: null }).full.choice).toBe('never')
  })

  it('shows any other expression as custom, also a preset that this kind of run does not offer', () => {
    expect(toDraft({ ...stored, full: '*/15 * * * *' }).full).toEqual({
      choice: 'custom',
      cron: '*/15 * * * *',
    })
  })
})

describe('toBody', () => {
  it('returns the stored schedule unchanged', () => {
    for (const schedule of [stored, { ...stored, full: null, incremental: '5 4 * * 1-5' }]) {
      expect(toBody(toDraft(schedule))).toEqual({ body: schedule })
    }
  })

  it('sends a custom expression as typed, since the server validates it', () => {
    const draft = { ...toDraft(stored), full: { choice: 'custom', cron: ' mañana ' } as const }
    expect(toBody(draft)).toMatchObject({ body: { full: 'mañana' } })
  })

  it.each(['', '0', '101', '1,5', '-3', 'x'])('refuses «%s» per cent', (sweepGuardPercent) => {
    expect(toBody({ ...toDraft(stored), sweepGuardPercent })).toEqual({ problem: 'sweepGuardPercent' })
  })

  it.each(['', '0', '721', '1,5', '-3', 'x'])('refuses «%s» hours', (guardExpiryHours) => {
    expect(toBody({ ...toDraft(stored), guardExpiryHours })).toEqual({ problem: 'guardExpiryHours' })
  })
})

it('lacksFullRuns is true if only incremental runs are scheduled', () => {
  expect(lacksFullRuns({ full: null, incremental: '0 * * * *' })).toBe(true)
  expect(lacksFullRuns({ full: '0 3 * * *', incremental: '0 * * * *' })).toBe(false)
  expect(lacksFullRuns({ full: null, incremental: null })).toBe(false)
})
