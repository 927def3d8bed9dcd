import { describe, expect, test } from 'vitest'
import { faulty } from '../../test/faulty.js'
import { start } from '../../test/start.js'
import type { Fault, FaultKind } from './fault.js'

describe('responses instead of the correct one', () => {
  test.each([
    [{ kind: 'unauthorized' }, 401],
    [{ kind: 'forbidden' }, 403],
    [{ kind: 'server-error' }, 500],
    [{ kind: 'server-error', status: 503 }, 503],
    [{ kind: 'status-error' }, 200],
  ] as [Fault, number][])('%j answers %i with a JSON error', async (fault, status) => {
    const { get } = await faulty(fault)
    const response = await get('/productos')
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ status: 'error', message: expect.any(String) })
  })

  test.each([
    ['bad-gateway-html', 502],
    ['html-ok', 200],
  ] as [FaultKind, number][])('%s answers %i with HTML', async (kind, status) => {
    const { get } = await faulty({ kind } as Fault)
    const response = await get('/productos')
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(await response.text()).toContain('<html>')
  })

  test('too many requests, with Retry-After in each form', async () => {
    const now = Date.UTC(2026, 0, 1, 12)
    const { get, account } = await start({ products: 5 }, { now: () => now })
    const retryAfter = async (fault: Omit<Extract<Fault, { kind: 'too-many-requests' }>, 'kind'>) => {
      account.clearFaults()
      account.inject({ kind: 'too-many-requests', ...fault })
      const response = await get('/productos')
      expect(response.status).toBe(429)
      return response.headers.get('retry-after')
    }
    expect(await retryAfter({ seconds: 7 })).toBe('7')
    expect(await retryAfter({ retryAfter: 'date', seconds: 30 })).toBe('Thu, 01 Jan 2026 12:00:30 GMT')
    expect(await retryAfter({ retryAfter: 'absent' })).toBeNull()
    expect(await retryAfter({ retryAfter: 'absurd' })).toBe('99999999999')
    expect(await retryAfter({ retryAfter: 'absurd', absurd: '-5' })).toBe('-5')
  })
})
