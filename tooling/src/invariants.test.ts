import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const PAGE = new URL('../../docs/run-lifecycle.md', import.meta.url)
/** `Test: [FILE](LINK) "TITLE"`, to the end of its line. */
const REFERENCE = /Test: \[([^\]]+)\]\(([^)]+)\) "(.+)"$/gm
/** The sections whose numbered items are invariants. */
const SECTIONS = ['Invariants', 'A large sweep']

interface Invariant {
  section: string
  number: string
  /** `Test:` in any form, so that one in another form is found too. */
  mentions: number
  references: { file: string; link: string; title: string }[]
}

describe.each(SECTIONS)('the invariants of docs/run-lifecycle.md under "%s"', (section) => {
  const invariants = invariantsOf(readFileSync(PAGE, 'utf8'), section)

  it('are numbered from 1 without a gap', () => {
    expect(invariants.length).toBeGreaterThanOrEqual(5)
    expect(invariants.map(({ number }) => number)).toEqual(invariants.map((_, i) => String(i + 1)))
  })

  it.each(invariants)('$number names at least one test, and each test exists', (invariant) => {
    expect(problemsOf(invariant)).toEqual([])
  })
})

describe('a reference to a test', () => {
  const text = `
    it('is found', () => {})
    it.each([1, 2])(
      'is found for %i', () => {})
    describe.concurrent("a group's tests", () => {})
    it.skip('is skipped', () => {})
    expect('is no title')`

  it.each(['is found', 'is found for %i', 'is found for', "a group's tests"])('finds «%s»', (title) => {
    expect(hasTest(text, title)).toBe(true)
  })

  it.each(['is', 'is found fo', 'is skipped', 'is no title', 'a group'])('does not find «%s»', (title) => {
    expect(hasTest(text, title)).toBe(false)
  })
})

function invariantsOf(page: string, section: string): Invariant[] {
  const [, body = ''] = page.split(`\n## ${section}\n`)
  const [text = ''] = body.split('\n## ')
  return text
    .split(/^(?=\d+\. )/m)
    .slice(1)
    .map((item) => ({
      section,
      number: item.slice(0, item.indexOf('.')),
      mentions: item.split('Test:').length - 1,
      references: [...item.matchAll(REFERENCE)].map(([, file = '', link = '', title = '']) => ({
        file,
        link,
        title,
      })),
    }))
}

/** What is wrong with an invariant's references, in sentences. */
function problemsOf({ section, number, mentions, references }: Invariant): string[] {
  const of = `Invariant ${number} of "${section}"`
  if (references.length === 0) return [`${of} names no test.`]
  const malformed = `${of} has a "Test:" that is not of the form [FILE](LINK) "TITLE".`
  const problems = references.flatMap(({ file, link, title }) => {
    const path = new URL(link, PAGE)
    if (!link.endsWith(`/${file}`)) return `${of}: the link ${link} is not to ${file}.`
    if (!existsSync(path)) return `${of}: there is no file ${link}.`
    return hasTest(readFileSync(path, 'utf8'), title) ? [] : `${of}: ${file} has no test "${title}".`
  })
  return mentions === references.length ? problems : [malformed, ...problems]
}

/** Whether a file has a test, or a group of tests, of this title; it may end before the title's first placeholder. */
function hasTest(text: string, title: string): boolean {
  const escaped = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const call = String.raw`(?:\b(?:it|describe)(?:\.concurrent)?|\))`
  return new RegExp(`${call}\\(\\s*(['"\`])${escaped}(?:\\1| ?[%$])`).test(text)
}
