/// <reference lib="es2024.string" />
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isStorableValue, isTooDeep, type Row, storableText, storableValue } from './text.js'

test.each([
  ['Café ☕ 🧉', 'Café ☕ 🧉'],
  ['a\0b', 'ab'],
  ['x\ud83dy', 'x\ufffdy'],
  ['\udc00', '\ufffd'],
])('%j is stored as %j', (text, expected) => {
  expect(storableText(text)).toBe(expected)
})

test('the copy of any value can be stored', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 }), (value) => {
      expect(isStorableValue(storableValue(value))).toBe(true)
    }),
  )
})

test('a storable value is copied unchanged', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      if (isStorableValue(value)) expect(storableValue(value)).toEqual(value)
    }),
  )
})

test('a long text is checked to its end', () => {
  expect(isStorableValue(`${'x'.repeat(1000)}\0`)).toBe(false)
  expect(isStorableValue(`${'x'.repeat(1000)}\ud800`)).toBe(false)
})

test('keys are cleaned, and a cleaned key does not replace a clean one', () => {
  expect(storableValue({ 'id\0': 2, id: 1, 'x\0y': 3 })).toEqual({ id: 1, xy: 3 })
})

test('a property called __proto__ stays a property', () => {
  const row = JSON.parse('{"__proto__": {"polluted": true}, "name": "a\\u0000"}') as Row
  const copy = storableValue(row) as Row
  expect(Object.hasOwn(copy, '__proto__')).toBe(true)
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
  expect(({} as Row).polluted).toBeUndefined()
})

test('deep nesting is cut', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`)
  expect(isTooDeep(deep)).toBe(true)
  expect(JSON.stringify(storableValue(deep))).toContain('demasiado profundo')
})
