import { describe, expect, test } from 'vitest'
import { FAULT_KINDS, parseFault } from './parse-fault.js'

describe('a fault from outside', () => {
  test('is accepted with any of its parameters', () => {
    for (const kind of FAULT_KINDS)
      expect(parseFault({ kind, times: 1, page: 2 })).toEqual({ kind, times: 1, page: 2 })
    expect(parseFault({ kind: 'hang', byId: true })).toEqual({ kind: 'hang', byId: true })
    expect(parseFault({ kind: 'slow-drip', bytes: 1 })).toEqual({ kind: 'slow-drip', bytes: 1 })
  })

  test('is refused with an error that names the mistake', () => {
    expect(() => parseFault(null)).toThrow('objeto')
    expect(() => parseFault({ kind: 'nada' })).toThrow('"nada"')
    expect(() => parseFault({ kind: 'hang', bytes: 1 })).toThrow('"bytes"')
    expect(() => parseFault({ kind: 'hang', ms: '5' })).toThrow('"ms"')
    expect(() => parseFault({ kind: 'empty-page', claims: 'nada' })).toThrow('before')
    expect(() => parseFault({ kind: 'poison-row', poison: 'otro' })).toThrow('lone-surrogate')
  })
})
