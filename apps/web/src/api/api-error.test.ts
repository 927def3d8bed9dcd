import type { Problem } from '@espejo/contract'
import { describe, expect, it } from 'vitest'
import { ApiError, isTransient, isUnauthorized, toFailure } from './api-error.js'

const problem: Problem = {
  type: 'about:blank',
  title: 'Unprocessable Content',
  status: 422,
  code: 'invalid_body',
  detail: 'Revisá los campos marcados.',
  errors: [
    { path: 'pageSize', message: 'Entre 10 y 200.' },
    { path: 'pageSize', message: 'Tiene que ser entero.' },
    { path: 'cuenta', message: 'Solo letras, números, guion y guion bajo.' },
  ],
}

describe('toFailure', () => {
  it('reads a problem', () => {
    expect(toFailure(422, JSON.stringify(problem))).toEqual({ kind: 'problem', problem })
  })

  it.each(['<html>Bad gateway</html>', '', 'null', '{"status":"error"}', '[]'])(
    'does not mistake %j for a problem',
    (text) => {
      expect(toFailure(502, text)).toEqual({ kind: 'unreadable', status: 502 })
    },
  )
})

describe('ApiError', () => {
  it("carries the server's sentence and the first message of each field", () => {
    const error = new ApiError({ kind: 'problem', problem })
    expect(error.sentence).toBe('Revisá los campos marcados.')
    expect(error.fieldErrors).toEqual({
      pageSize: 'Entre 10 y 200.',
      cuenta: 'Solo letras, números, guion y guion bajo.',
    })
    expect(error.activeRun).toBeNull()
  })

  it('has neither after a network failure, and keeps the cause', () => {
    const cause = new TypeError('Failed to fetch')
    const error = new ApiError({ kind: 'network' }, { cause })
    expect(error.status).toBeNull()
    expect(error.sentence).toBeNull()
    expect(error.fieldErrors).toEqual({})
    expect(error.cause).toBe(cause)
  })
})

describe('the kind of an error', () => {
  const withStatus = (status: number) => new ApiError({ kind: 'unreadable', status })

  it('is transient after a network failure, a 5xx or a 429', () => {
    expect(isTransient(new ApiError({ kind: 'network' }))).toBe(true)
    expect(isTransient(withStatus(503))).toBe(true)
    expect(isTransient(withStatus(429))).toBe(true)
    expect(isTransient(withStatus(404))).toBe(false)
    expect(isTransient(new Error('other'))).toBe(false)
  })

  it('is unauthorized after a 401', () => {
    expect(isUnauthorized(withStatus(401))).toBe(true)
    expect(isUnauthorized(withStatus(403))).toBe(false)
    expect(isUnauthorized(new Error('401'))).toBe(false)
  })
})
