import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { failureOfRefusal } from './failure.js'

const NOW = Date.parse('2026-11-24T12:00:00Z')

describe('a refusal', () => {
  it.each([
    [400, 'refused', 'stop'],
    [401, 'session_expired', 'stop'],
    [403, 'forbidden', 'stop'],
    [404, 'run_gone', 'stop'],
    [408, 'unavailable', 'retry'],
    [409, 'conflict', 'stop'],
    [410, 'run_gone', 'stop'],
    [422, 'refused', 'stop'],
    [425, 'unavailable', 'retry'],
    [429, 'unavailable', 'retry'],
    [500, 'unavailable', 'retry'],
    [502, 'unavailable', 'retry'],
    [503, 'unavailable', 'retry'],
    [504, 'unavailable', 'retry'],
    [206, 'bad_response', 'retry'],
  ])('with %i is %s: %s', (status, code, next) => {
    const failure = failureOfRefusal({ status, retryAfter: null, body: '' }, NOW)
    expect(failure).toMatchObject({ next, problem: { code, status } })
  })

  it("has the server's sentence as message, if it sent one", () => {
    const body = JSON.stringify({ code: 'connection_missing', detail: 'Configurá la conexión con Cianbox.' })
    const { problem } = failureOfRefusal({ status: 409, retryAfter: null, body }, NOW)
    expect(problem).toMatchObject({
      message: 'Configurá la conexión con Cianbox.',
      detail: 'Configurá la conexión con Cianbox.',
      serverCode: 'connection_missing',
    })
  })

  it('has the sentence of its code otherwise', () => {
    const { problem } = failureOfRefusal({ status: 401, retryAfter: null, body: '<html>Unauthorized' }, NOW)
    expect(problem).toMatchObject({ message: 'Tu sesión venció. Volvé a ingresar.', detail: null })
  })

  it('has `Retry-After` as least delay', () => {
    expect(failureOfRefusal({ status: 503, retryAfter: '7', body: '' }, NOW).floorMs).toBe(7_000)
  })

  it('is `declined` with 429 and 503, and not with 500, 502 and 504', () => {
    const declined = (status: number) =>
      failureOfRefusal({ status, retryAfter: null, body: '' }, NOW).declined
    expect([429, 503].map(declined)).toEqual([true, true])
    expect([500, 502, 504].map(declined)).toEqual([false, false, false])
  })

  it('with 409 names the active run', () => {
    const body = JSON.stringify({ code: 'run_active', run: { id: 'r7k2m9' } })
    expect(failureOfRefusal({ status: 409, retryAfter: null, body }, NOW).activeRunId).toBe('r7k2m9')
    expect(failureOfRefusal({ status: 503, retryAfter: null, body }, NOW).activeRunId).toBeNull()
  })

  it('never throws, whatever the body is', () => {
    const bodies = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom('null', '[]', '{"run":null}', '{"detail":7}'),
    )
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), bodies, (status, body) => {
        const { problem } = failureOfRefusal({ status, retryAfter: null, body }, NOW)
        expect(problem.message).not.toBe('')
        expect(problem.message.length).toBeLessThanOrEqual(500)
      }),
    )
  })
})
