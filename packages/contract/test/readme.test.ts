import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const folder = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const examples = [...readme.matchAll(/^## (.+?)$[^#]*?```js\n(.*?)```/gms)].map(
  ([, title = '', code = '']) => [title, code] as const,
)

describe('the README', () => {
  it('has an example of each entry point', () => {
    expect(examples.map(([title]) => title)).toEqual(['Following a run', 'Validating requests'])
  })

  it.each(examples)('“%s” runs unchanged, and prints what its comments say', (_, code) => {
    const expected = [...code.matchAll(/console\.log\(.*\) \/\/ (.*)/g)].map(([, text]) => text)
    const args = ['--input-type=module', '--eval', code]
    const printed = execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
    expect(printed.trim().split('\n')).toEqual(expected)
  })
})
