import { describe, expect, it } from 'vitest'
import { checkCompleteRun, type RunExpectation } from './check-complete-run.js'

const rows = (...entries: [number, string][]) => new Map(entries.map(([id, name]) => [id, { id, name }]))
const truth = rows([1, 'a'], [2, 'b'], [3, 'c'])

function check(mirror: ReturnType<typeof rows>, given: Partial<RunExpectation> = {}) {
  const all = {
    who: 'it',
    scope: 'whole',
    mirrorBefore: rows(),
    earlier: [truth],
    truthAfter: truth,
  } as const
  return () => checkCompleteRun(mirror, { ...all, ids: [], spoiled: 0, ...given })
}

describe('a complete run over everything', () => {
  it('mirrors exactly the products that the ERP lists', () => {
    check(truth)()
    expect(check(rows([1, 'a'], [2, 'b']))).toThrow(
      'I1: it: complete, and of 3 listed 1 are wrong: 3 missing',
    )
    expect(check(rows([1, 'a'], [2, 'x'], [3, 'c']))).toThrow('2 different')
    expect(check(rows([1, 'a'], [2, 'b'], [3, 'c'], [9, 'z']), { mirrorBefore: rows([9, 'z']) })).toThrow(
      '9 surplus',
    )
  })

  it('may have any version since its start of a product that changed meanwhile', () => {
    const earlier = [truth, rows([1, 'a2'], [2, 'b'], [3, 'c'])]
    const truthAfter = rows([1, 'a3'], [2, 'b'], [4, 'd'])
    for (const name of ['a', 'a2', 'a3'])
      check(rows([1, name], [2, 'b'], [3, 'c']), { earlier, truthAfter })()
    check(rows([1, 'a3'], [2, 'b'], [4, 'd']), { earlier, truthAfter })()
    expect(check(rows([1, 'old'], [2, 'b']), { earlier, truthAfter })).toThrow('1 different')
  })

  it('may lack as many rows as it counted as rejects', () => {
    check(rows([1, 'a'], [2, 'b']), { spoiled: 1 })()
    expect(check(rows([1, 'a']), { spoiled: 1 })).toThrow('I1')
  })
})

it('a complete incremental run need not find deleted products, but must mirror every listed one', () => {
  const mirrorBefore = rows([1, 'old'], [9, 'gone'])
  check(rows([1, 'a'], [2, 'b'], [3, 'c'], [9, 'gone']), { scope: 'changes', mirrorBefore })()
  expect(check(rows([1, 'old'], [2, 'b'], [3, 'c']), { scope: 'changes', mirrorBefore })).toThrow(
    '1 different',
  )
})

it('a complete run by ids must get exactly those ids right, deleted ones included', () => {
  const mirrorBefore = rows([1, 'old'], [8, 'gone'], [9, 'gone'])
  const given = { scope: 'named', mirrorBefore, ids: [2, 8] } as const
  check(rows([1, 'old'], [2, 'b'], [9, 'gone']), given)()
  expect(check(rows([1, 'old'], [9, 'gone']), given)).toThrow('2 missing')
  expect(check(rows([1, 'old'], [2, 'b'], [8, 'gone'], [9, 'gone']), given)).toThrow('8 surplus')
})
