import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cronProblem, nextScheduledTime, TIME_ZONE } from './cron.js'

const MINUTE = 60_000
/** Its delay is 6 seconds. */
const TENANT = 't43'
const tenants = fc.stringMatching(/^[a-z0-9-]{1,40}$/)
const moments = fc
  .date({ min: new Date('2026-01-01'), max: new Date('2028-01-01'), noInvalidDate: true })
  .map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000))
const crons = fc.constantFrom('* * * * *', '*/5 * * * *', '0 3 * * *', '30 8-20 * * 1-6', '0 0 1 * *')

describe('the next start of a tenant’s schedule', () => {
  it('is after the given time, and each start leads to the following one', () => {
    fc.assert(
      fc.property(crons, tenants, moments, (cron, tenant, from) => {
        const due = nextScheduledTime(cron, tenant, from)
        expect(due.getTime()).toBeGreaterThan(from.getTime())
        expect(nextScheduledTime(cron, tenant, new Date(due.getTime() - 1))).toEqual(due)
        expect(nextScheduledTime(cron, tenant, due).getTime()).toBeGreaterThan(due.getTime())
      }),
      { numRuns: 60 },
    )
  })

  it('is within five minutes of the occurrence, and before the next occurrence', () => {
    fc.assert(
      fc.property(tenants, moments, (tenant, from) => {
        const inTheNight = nextScheduledTime('0 3 * * *', tenant, from)
        expect(inTheNight.getTime() % (24 * 60 * MINUTE)).toBeGreaterThanOrEqual(6 * 60 * MINUTE)
        expect(inTheNight.getTime() % (24 * 60 * MINUTE)).toBeLessThan((6 * 60 + 5) * MINUTE)
        const minutely = nextScheduledTime('* * * * *', tenant, from)
        expect(minutely.getTime() - from.getTime()).toBeLessThanOrEqual(2 * MINUTE)
      }),
      { numRuns: 60 },
    )
  })

  it('has the same delay every day for a tenant, and another one for each tenant', () => {
    const delay = (tenant: string, from: string) =>
      nextScheduledTime('0 3 * * *', tenant, new Date(from)).getTime() % (24 * 60 * MINUTE)
    expect(delay('a', '2026-03-01')).toBe(delay('a', '2026-07-09'))
    const delays = new Set(Array.from({ length: 50 }, (_, i) => delay(`t${i}`, '2026-03-01')))
    expect(delays.size).toBe(50)
  })
})

describe('a cron expression', () => {
  it.each(['0 3 * * *', '*/15 8-20 * * 1-6', '0 0 29 2 *', ' 0  3 * * MON '])('«%s» is valid', (cron) => {
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
  ])('«%s» is invalid', (cron) => {
    expect(cronProblem(cron)).toMatch(/\.$/)
  })
})

/** Buenos Aires had daylight saving time last from 2008-10-19 (0:00 became 1:00) to 2009-03-15 (0:00 became 23:00). */
describe('daylight saving time', () => {
  const wallClock = new Intl.DateTimeFormat('sv-SE', {
    timeZone: TIME_ZONE,
    dateStyle: 'short',
    timeStyle: 'short',
  })

  /** The next `count` starts on the shop's clock. The delay of this tenant is below a minute. */
  function starts(cron: string, from: string, count: number): string[] {
    const found: string[] = []
    let at = new Date(from)
    for (; found.length < count; found.push(wallClock.format(at))) at = nextScheduledTime(cron, TENANT, at)
    return found
  }

  it('leaves a daily start at the same hour of the shop’s clock, 23 or 25 hours after the last one', () => {
    const days = (month: string, first: number) => [0, 1, 2].map((day) => `${month}-${first + day} 03:00`)
    expect(starts('0 3 * * *', '2008-10-18T05:00:00Z', 3)).toEqual(days('2008-10', 18))
    expect(starts('0 3 * * *', '2009-03-14T04:00:00Z', 3)).toEqual(days('2009-03', 14))
    const first = nextScheduledTime('0 3 * * *', TENANT, new Date('2008-10-18T05:00:00Z'))
    const second = nextScheduledTime('0 3 * * *', TENANT, first)
    expect(second.getTime() - first.getTime()).toBe(23 * 60 * MINUTE)
  })

  it('starts once on the day whose hour is skipped, an hour later', () => {
    expect(starts('30 0 * * *', '2008-10-18T05:00:00Z', 2)).toEqual(['2008-10-19 01:30', '2008-10-20 00:30'])
  })

  it('starts a daily schedule once on the day whose hour comes twice', () => {
    expect(starts('30 23 * * *', '2009-03-14T05:00:00Z', 2)).toEqual(['2009-03-14 23:30', '2009-03-15 23:30'])
  })

  it('changes nothing for a schedule of every half hour', () => {
    let at = new Date('2009-03-15T00:40:00Z')
    for (let i = 0; i < 6; i++) {
      const next = nextScheduledTime('*/30 * * * *', TENANT, at)
      if (i > 0) expect(next.getTime() - at.getTime()).toBe(30 * MINUTE)
      at = next
    }
  })
})
