import type { Reference } from '@espejo/contract'
import { describe, expect, it } from 'vitest'
import { matchOptions, nameById, toOptions, withOthers } from './references.js'

const item = (cianboxId: string, name: string, parentId: string | null = null): Reference => ({
  cianboxId,
  name,
  isActive: true,
  parentId,
  symbol: null,
  isLocal: false,
})

describe('toOptions', () => {
  it('orders as a reader does, accents and numbers included', () => {
    const options = toOptions(
      [item('1', 'Zócalos'), item('2', 'Ángulos'), item('3', 'Caño 10'), item('4', 'caño 9')],
      'es-AR',
    )
    expect(options.map(({ name }) => name)).toEqual(['Ángulos', 'caño 9', 'Caño 10', 'Zócalos'])
  })

  it('names an item by its whole path', () => {
    const options = toOptions(
      [item('1', 'Baño'), item('2', 'Griferías', '1'), item('3', 'Duchas', '2')],
      'es-AR',
    )
    expect(options.map(({ name }) => name)).toEqual(['Baño', 'Baño › Griferías', 'Baño › Griferías › Duchas'])
  })

  it('leaves out a parent that is not listed, and ends at a loop', () => {
    expect(toOptions([item('1', 'Sola', '9')], 'es-AR')).toEqual([{ id: '1', name: 'Sola' }])
    expect(toOptions([item('1', 'A', '2'), item('2', 'B', '1')], 'es-AR')).toHaveLength(2)
    expect(toOptions([item('1', 'A', '1')], 'es-AR')).toEqual([{ id: '1', name: 'A' }])
  })
})

describe('withOthers', () => {
  it('adds missing options without duplicates', () => {
    const options = [{ id: '1', name: 'Acme' }]
    expect(withOthers(options, [{ id: '1', name: 'ACME' }])).toBe(options)
    expect(withOthers(options, [{ id: '2', name: 'Beta' }])).toEqual([...options, { id: '2', name: 'Beta' }])
  })
})

describe('matchOptions', () => {
  const options = [
    { id: '1', name: 'Baño › Griferías' },
    { id: '2', name: 'Cocina › Griferías' },
    { id: '3', name: 'Ñandú' },
  ]
  it.each([
    ['', ['1', '2', '3']],
    ['griferias', ['1', '2']],
    ['GRIF bano', ['1']],
    ['nandu', ['3']],
    ['nada', []],
  ])('«%s» finds %j', (typed, ids) => {
    expect(matchOptions(options, typed).map(({ id }) => id)).toEqual(ids)
  })
})

it('nameById finds a name by its id', () => {
  expect(nameById([item('1', 'Centro')]).get('1')).toBe('Centro')
})
