import fc from 'fast-check'
import { expect, test } from 'vitest'
import { listTexts } from './list-texts.js'

test('returns every element of the list, whatever the JSON around and inside it', () => {
  const tricky = fc.constantFrom('"', '\\', '\\"', '[', ']', '{', '}', ',', 'body', 'ñ', '💡')
  const text = fc.array(tricky).map((parts) => parts.join(''))
  const value = fc.oneof(fc.jsonValue(), text, fc.dictionary(text, fc.oneof(text, fc.jsonValue())))
  const around = fc.dictionary(fc.oneof(text, fc.string()), value)
  fc.assert(
    fc.property(fc.array(value), around, around, fc.nat(2), (body, before, after, indent) => {
      const { body: _, ...rest } = { ...before, ...after }
      for (const answer of [
        { body, ...rest },
        { ...rest, body },
      ]) {
        const texts = listTexts(JSON.stringify(answer, null, indent), 'body')
        const parsed = JSON.parse(JSON.stringify(body))
        expect(texts.map((one) => JSON.parse(one))).toEqual(parsed)
        if (indent === 0) expect(texts).toEqual(body.map((one) => JSON.stringify(one)))
      }
    }),
  )
})

test('returns each element unchanged', () => {
  const json = '{"total": 2, "body" : [ {"a":1.50, "b":"\\u00f1\\/"} ,\n[] ], "page":1}'
  expect(listTexts(json, 'body')).toEqual(['{"a":1.50, "b":"\\u00f1\\/"}', '[]'])
})

test.each([
  '{}',
  '[]',
  'null',
  '"body"',
  '{"body":[ ]}',
  '{"body":null,"x":[1]}',
  '{"x":{"body":[1]}}',
  '{"x":"body","y":[1]}',
  '{"body":{"body":[1]}}',
])('finds no elements in %s', (json) => {
  expect(listTexts(json, 'body')).toEqual([])
})
