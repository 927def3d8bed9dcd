import fc from 'fast-check'
import { expect, test } from 'vitest'
import { copyText } from './copy-text.js'

test('a field with separators, line ends and backslashes stays one field of one row', () => {
  expect(copyText([['a\tb', 'c\r\n', 'd\\N', null]])).toBe('a\\tb\tc\\r\\n\td\\\\N\t\\N\n')
})

test('whatever the values are, PostgreSQL reads the same ones back', () => {
  const value = fc.option(fc.string({ unit: fc.constantFrom('\\', '\t', '\n', '\r', 'N', 'a', 'ñ') }))
  const row = fc.array(value, { minLength: 3, maxLength: 3 })
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      expect(readBack(copyText(rows))).toEqual(rows)
    }),
  )
})

/** The text format's rules as its documentation has them. */
function readBack(text: string): (string | null)[][] {
  const escapes: Record<string, string> = { t: '\t', n: '\n', r: '\r' }
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) =>
      line
        .split('\t')
        .map((field) => (field === '\\N' ? null : field.replace(/\\(.)/g, (_, c) => escapes[c] ?? c))),
    )
}
