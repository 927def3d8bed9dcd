import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { prepareRows, rangeOf } from './source-rows.js'

const asSent = (raw: unknown) => ({ raw, json: JSON.stringify(raw) })

describe('prepareRows', () => {
  it('accepts any rows, and drops only repeats', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.record({ id: fc.nat(20) }), fc.jsonValue())), (sent) => {
        const { rows, rowsWithoutId, received } = prepareRows(sent.map(asSent))
        expect(received).toBe(sent.length)
        expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
        const positions = [...rows, ...rowsWithoutId].map(({ position }) => position)
        const repeated = sent.flatMap((_, i) => (positions.includes(i) ? [] : [i]))
        for (const i of repeated) {
          const { id } = sent[i] as { id: number | string }
          expect(rows.find((row) => row.id === String(Number(id)))?.position).toBeGreaterThan(i)
        }
      }),
    )
  })

  it('keeps the last row of each id', () => {
    const { rows } = prepareRows([{ id: 1, a: 1 }, { id: 2 }, { id: '1', a: 2 }].map(asSent))
    expect(rows.map(({ id, position }) => [id, position])).toEqual([
      ['1', 2],
      ['2', 1],
    ])
  })
})

describe('rangeOf', () => {
  it('returns the lowest and highest id of a page', () => {
    expect(rangeOf(prepareRows([{ id: 7 }, { id: 3 }, { id: 11 }, {}].map(asSent)))).toEqual({
      lowest: 3,
      highest: 11,
    })
    expect(rangeOf(prepareRows([{}].map(asSent)))).toBeNull()
  })
})
