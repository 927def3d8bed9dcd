import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatCursor, isBalanced, parseCursor } from './run-events.js'

const runIds = fc.stringMatching(/^[a-z0-9]{1,40}$/)
const seqs = fc.integer({ min: 0, max: 999_999_999_999_999 })

describe('a cursor', () => {
  it('is parsed to the run and seq that it was formatted from', () => {
    fc.assert(
      fc.property(runIds, seqs, (runId, seq) => {
        expect(parseCursor(formatCursor(runId, seq))).toEqual({ runId, seq })
      }),
    )
  })

  it('has exactly one text form: a parsed cursor is formatted to the same text', () => {
    const nearCursors = fc.stringMatching(/^[a-z0-9]{1,3}\.[0-9]{1,17}$/)
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearCursors), (text) => {
        const cursor = parseCursor(text)
        if (cursor) expect(formatCursor(cursor.runId, cursor.seq)).toBe(text)
      }),
    )
  })

  it('has only letters, digits and one dot, whatever a malicious header contains', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary-ascii' }),
        fc.string({ unit: 'binary-ascii' }),
        (before, after) => {
          const cursor = parseCursor(`${before}r7k2m9.14${after}`)
          if (cursor) expect(`${before}r7k2m9.14${after}`).toMatch(/^[a-z0-9.]+$/)
        },
      ),
    )
  })

  it.each([
    ['nothing', ''],
    ['no seq', 'r7k2m9.'],
    ['no run', '.14'],
    ['no dot', 'r7k2m914'],
    ['two dots', 'r7k2m9.14.1'],
    ['upper case', 'R7K2M9.14'],
    ['a negative seq', 'r7k2m9.-1'],
    ['a fractional seq', 'r7k2m9.1e3'],
    ['leading zeros', 'r7k2m9.014'],
    ['a seq past what a number holds exactly', 'r7k2m9.9999999999999999'],
    ['a run id too long', `${'a'.repeat(41)}.1`],
    ['space around', ' r7k2m9.14'],
    ['a newline after', 'r7k2m9.14\n'],
    ['a forged header', 'r7k2m9.14\r\nSet-Cookie: a=b'],
    ['a forged event', 'r7k2m9.14\ndata: {}'],
    ['a path', '../../etc/passwd.1'],
    ['SQL', "r7k2m9'; drop table runs; --.1"],
    ['a NUL', 'r7k2m9\0.14'],
    ['a full-width digit', 'r7k2m9.１４'],
  ])('is null for %s', (_what, text) => {
    expect(parseCursor(text)).toBeNull()
  })
})

describe('the ledger of a frame', () => {
  const counts = fc.nat({ max: 1_000_000 })

  it('balances when each total is the sum of its parts', () => {
    fc.assert(
      fc.property(counts, counts, counts, counts, (created, updated, unchanged, errors) => {
        const totalProcessed = created + updated + unchanged
        const frame = { created, updated, unchanged, errors, totalProcessed, seen: totalProcessed + errors }
        expect(isBalanced(frame)).toBe(true)
      }),
    )
  })

  it('does not balance when any one count is off', () => {
    const frame = { created: 4, updated: 3, unchanged: 2, errors: 1, totalProcessed: 9, seen: 10 }
    const fields = ['created', 'updated', 'unchanged', 'errors', 'totalProcessed', 'seen'] as const
    const offsets = fc.integer({ min: -50, max: 50 }).filter((by) => by !== 0)
    fc.assert(
      fc.property(fc.constantFrom(...fields), offsets, (field, by) => {
        expect(isBalanced({ ...frame, [field]: frame[field] + by })).toBe(false)
      }),
    )
  })

  it('does not balance on NaN', () => {
    const frame = {
      created: Number.NaN,
      updated: 0,
      unchanged: 0,
      errors: 0,
      totalProcessed: Number.NaN,
      seen: 0,
    }
    expect(isBalanced(frame)).toBe(false)
  })
})
