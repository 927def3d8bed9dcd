import { expect, test } from 'vitest'
import { CianboxError, type CianboxErrorKind } from './errors.js'

const KINDS: Record<CianboxErrorKind, boolean> = {
  auth: false,
  account: false,
  forbidden: false,
  unreachable: true,
  timeout: true,
  rate_limited: true,
  server_error: true,
  invalid_response: true,
  too_large: false,
  bad_request: false,
  aborted: false,
}

test.each(Object.entries(KINDS) as [CianboxErrorKind, boolean][])(
  '%s has a sentence for the operator',
  (kind, retryable) => {
    const error = new CianboxError(kind, 'technical')
    expect(error.operatorMessage).toMatch(/^[A-ZÁÉÍÓÚ].*\.$/)
    expect(error.retryable).toBe(retryable)
  },
)

test('quotes the server in one short line', () => {
  const error = new CianboxError('forbidden', 'no', {
    upstreamMessage: `cuenta\r\n\u0000suspendida ${'x'.repeat(500)}`,
  })
  expect(error.upstreamMessage).toMatch(/^cuenta suspendida x+…$/)
  expect(error.upstreamMessage?.length).toBeLessThan(210)
})

test('keeps a cause by name, code and message, without its other properties', () => {
  const cause = Object.assign(new TypeError('failed'), {
    code: 'ECONNRESET',
    request: { path: '?access_token=x' },
  })
  const error = new CianboxError('unreachable', 'cut', { cause })
  expect(error.cause).toMatchObject({ name: 'TypeError', code: 'ECONNRESET', message: 'failed' })
  expect(error.cause).not.toHaveProperty('request')
})

test('names the parts of an error that has no message of its own', () => {
  const cause = new AggregateError([
    new Error('connect ECONNREFUSED ::1'),
    new Error('connect ECONNREFUSED 127.0.0.1'),
  ])
  const error = new CianboxError('unreachable', 'no', { cause })
  expect((error.cause as Error).message).toBe('connect ECONNREFUSED ::1; connect ECONNREFUSED 127.0.0.1')
})

test('a circular chain of causes is limited', () => {
  const cause = new Error('round and round')
  cause.cause = cause
  expect(() => new CianboxError('unreachable', 'no', { cause })).not.toThrow()
})
