import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cronProblem, nextDue } from './cron.js'

const MINUTE = 60_000
const tenants = fc.stringMatching(/^[a-z0-9-]{1,40}$/)
const moments = fc
  .date({ min: new Date('2026-01-01'), max: new Date('2028-01-01'), noInvalidDate: true })
  .map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000))
const crons = fc.constantFrom('* * * * *', '*/5 * * * *', '0 3 * * *', '30 8-20 * * 1-6', '0 0 1 * *')

describe('the next time that a tenant’s work is due', () => {
  it('lies after the moment asked about, and asking again from then leads to the one that follows', () => {
    fc.assert(
      fc.property(crons, tenants, moments, (cron, tenant, from) => {
        const due = nextDue(cron, tenant, from)
        expect(due.getTime()).toBeGreaterThan(from.getTime())
        expect(nextDue(cron, tenant, new Date(due.getTime() - 1))).toEqual(due)
        expect(nextDue(cron, tenant, due).getTime()).toBeGreaterThan(due.getTime())
      }),
      { numRuns: 60 },
    )
  })

  it('is within five minutes of the occurrence, and before the next one', () => {
    fc.assert(
      fc.property(tenants, moments, (tenant, from) => {
        const inTheNight = nextDue('0 3 * * *', tenant, from)
        expect(inTheNight.getTime() % (24 * 60 * MINUTE)).toBeGreaterThanOrEqual(6 * 60 * MINUTE)
        expect(inTheNight.getTime() % (24 * 60 * MINUTE)).toBeLessThan((6 * 60 + 5) * MINUTE)
        const minutely = nextDue('* * * * *', tenant, from)
        expect(minutely.getTime() - from.getTime()).toBeLessThanOrEqual(2 * MINUTE)
      }),
      { numRuns: 60 },
    )
  })

  it('is the same delay for a tenant every day, and differs between tenants', () => {
    const delay = (tenant: string, from: string) =>
      nextDue('0 3 * * *', tenant, new Date(from)).getTime() % (24 * 60 * MINUTE)
    expect(delay('a', '2026-03-01')).toBe(delay('a', '2026-07-09'))
    const delays = new Set(Array.from({ length: 50 }, (_, i) => delay(`t${i}`, '2026-03-01')))
    expect(delays.size).toBe(50)
  })
})

describe('a cron expression', () => {
  it.each(['0 3 * * *', '*/15 8-20 * * 1-6', '0 0 29 2 *', ' 0  3 * * MON '])('«%s» is one', (cron) => {
    expect(cronProblem(cron)).toBeNull()
  })

  it.each([
    '',
    '@daily',
    '0 3 * *',
    '0 0 3 * * *',
    '60 * * * *',
    '0 24 * * *',
    '0 0 31 2 *',
    'FREQ=DAILY',
    '0 3 * * 8',
  ])('«%s» is none', (cron) => {
    expect(cronProblem(cron)).toMatch(/\.$/)
  })
})
