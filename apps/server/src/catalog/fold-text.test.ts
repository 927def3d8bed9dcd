import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldText } from './fold-text.js'

describe('foldText', () => {
  it.each([
    ['CAÑO  Óptimo', 'cano optimo'],
    ['  Cinta\t3M\n', 'cinta 3m'],
    ['Cable 2,5 mm²', 'cable 2,5 mm2'],
    ['ca\u00adño', 'cano'],
    ['100% \\ under_score', '100% \\ under_score'],
    ['', ''],
  ])('folds %j to %j', (text, folded) => {
    expect(foldText(text)).toBe(folded)
  })

  it('changes nothing the second time, and leaves nothing that PostgreSQL refuses', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const folded = foldText(text)
        expect(foldText(folded)).toBe(folded)
        expect(folded).not.toContain('\0')
        expect(folded.isWellFormed()).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('folds composed and combining accents alike', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(foldText(text.normalize('NFC'))).toBe(foldText(text.normalize('NFD')))
      }),
    )
  })
})
