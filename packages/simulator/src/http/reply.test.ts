import fc from 'fast-check'
import { expect, test } from 'vitest'
import { listReply } from './reply.js'

test('a list is a JSON object with the rows as its last field', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()), (fields, rows) => {
      const plain = JSON.parse(JSON.stringify(fields))
      delete plain.filas
      const reply = listReply(plain, 'filas', rows)
      expect(reply.body.toString('utf8')).toBe(JSON.stringify({ ...plain, filas: rows }))
      reply.release?.()
    }),
  )
})

test('a page larger than a pooled buffer is complete', () => {
  const rows = Array.from({ length: 3 }, (_, i) => `${'ñ👕'.repeat(200_000)}${i}`)
  const reply = listReply({}, 'filas', rows)
  expect(JSON.parse(reply.body.toString('utf8'))).toEqual({ filas: rows })
})

test('a buffer is not used twice before its release', () => {
  const [a, b] = [listReply({}, 'filas', [1]), listReply({}, 'filas', [2])]
  a.release?.()
  a.release?.()
  const [c, d] = [listReply({}, 'filas', [3]), listReply({}, 'filas', [4])]
  expect([b, c, d].map(({ body }) => body.toString('utf8'))).toEqual([
    '{"filas":[2]}',
    '{"filas":[3]}',
    '{"filas":[4]}',
  ])
})
