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

  it('shows anything else as it is, a preset that this kind is not offered included', () => {
    expect(toDraft({ ...stored, full: '*/15 * * * *' }).full).toEqual({
      choice: 'custom',
      cron: '*/15 * * * *',
    })
  })
})

describe('toBody', () => {
  it('gives back what was stored', () => {
    for (const schedule of [stored, { ...stored, full: null, incremental: '5 4 * * 1-5' }]) {
      expect(toBody(toDraft(schedule))).toEqual({ body: schedule })
    }
  })

  it('sends an own expression as typed, for the server to judge', () => {
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

it('lacksFullRuns tells a schedule that nothing heals', () => {
  expect(lacksFullRuns({ full: null, incremental: '0 * * * *' })).toBe(true)
  expect(lacksFullRuns({ full: '0 3 * * *', incremental: '0 * * * *' })).toBe(false)
  expect(lacksFullRuns({ full: null, incremental: null })).toBe(false)
})
