import { describe, expect, it } from 'vitest'
import { en } from './en.js'
import { esAr } from './es-ar.js'
import { DEFAULT_LOCALE, toLocale } from './locale.js'

const spanish = flatten(esAr)
const english = flatten(en)

describe('the texts', () => {
  it('have the same keys in both languages', () => {
    expect(Object.keys(english).sort()).toEqual(Object.keys(spanish).sort())
  })

  it('are never empty', () => {
    const empty = Object.entries({ ...spanish, ...english }).filter(([, text]) => text.trim() === '')
    expect(empty).toEqual([])
  })

  it.each(Object.keys(spanish))('take the same values in both languages: %s', (key) => {
    expect(placeholders(english[key])).toEqual(placeholders(spanish[key]))
  })
})

describe('toLocale', () => {
  it('keeps a known language and falls back to Spanish', () => {
    expect(toLocale('en')).toBe('en')
    expect(toLocale('pt')).toBe(DEFAULT_LOCALE)
    expect(toLocale(null)).toBe(DEFAULT_LOCALE)
  })
})

type Tree = { [key: string]: string | Tree }

function flatten(tree: Tree, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'string'
        ? [[prefix + key, value]]
        : Object.entries(flatten(value, `${prefix}${key}.`)),
    ),
  )
}

function placeholders(text: string | undefined): string[] {
  return [...(text ?? '').matchAll(/\{\{[^}]+\}\}/g)].map(([placeholder]) => placeholder).sort()
}
