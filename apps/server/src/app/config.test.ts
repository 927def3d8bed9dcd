import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ConfigError, parseConfig, SETTING_NAMES } from './config.js'

describe('the public address', () => {
  it('is not known unless it is set', () => {
    expect(parseConfig({}).publicUrl).toBeUndefined()
    expect(parseConfig({ ESPEJO_PUBLIC_URL: '' }).publicUrl).toBeUndefined()
  })

  it('may have a path, and loses the slash at its end', () => {
    expect(parseConfig({ ESPEJO_PUBLIC_URL: 'https://espejo.example/app/' }).publicUrl).toBe(
      'https://espejo.example/app',
    )
  })

  it.each([
    'espejo.example',
    'ftp://espejo.example',
    'https://a:b@espejo.example',
    'https://espejo.example/?a=1',
    'nonsense',
  ])('cannot be %s', (value) => {
    expect(() => parseConfig({ ESPEJO_PUBLIC_URL: value })).toThrow(ConfigError)
    expect(() => parseConfig({ ESPEJO_PUBLIC_URL: value })).toThrow(/^ESPEJO_PUBLIC_URL: /)
  })
})

describe('days of the change log and runs at once', () => {
  it('have defaults and bounds', () => {
    expect(parseConfig({})).toMatchObject({ changesDays: 180, runsAtOnce: 100 })
    expect(parseConfig({ ESPEJO_CHANGES_DAYS: '30', ESPEJO_RUNS_AT_ONCE: '8' })).toMatchObject({
      changesDays: 30,
      runsAtOnce: 8,
    })
    expect(() => parseConfig({ ESPEJO_CHANGES_DAYS: '0' })).toThrow(/^ESPEJO_CHANGES_DAYS: /)
    expect(() => parseConfig({ ESPEJO_RUNS_AT_ONCE: 'many' })).toThrow(/^ESPEJO_RUNS_AT_ONCE: /)
  })
})

describe('the demo, whose passwords are public', () => {
  it.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1'])('listens on %s', (HOST) => {
    expect(parseConfig({ HOST })).toMatchObject({ demo: true, host: HOST })
  })

  it.each(['0.0.0.0', '::', '192.168.1.10', 'espejo.example', '127.0.0.1.example'])(
    'is refused on %s, where an installation of one’s own is not',
    (HOST) => {
      expect(() => parseConfig({ HOST })).toThrow(/^HOST: the passwords of the demo are public/)
      expect(() => parseConfig({ HOST, ESPEJO_DEMO: '1' })).toThrow(/ESPEJO_DEMO=0/)
      expect(parseConfig({ HOST, ESPEJO_DEMO: '0' })).toMatchObject({ demo: false, host: HOST })
    },
  )
})

describe('the code of the first set-up', () => {
  it('is random unless it is set, and fits into a link', () => {
    expect(parseConfig({}).setupCode).toBeUndefined()
    expect(parseConfig({ ESPEJO_SETUP_CODE: 'from_the-operator.1' }).setupCode).toBe('from_the-operator.1')
    for (const code of ['short', 'with space', 'a&b=cdefgh'])
      expect(() => parseConfig({ ESPEJO_SETUP_CODE: code })).toThrow(/^ESPEJO_SETUP_CODE: /)
  })
})

describe('the list of settings', () => {
  const paper = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8')

  it('is complete in .env.example, which names no other', () => {
    const named = [...paper('.env.example').matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name)
    expect(named.sort()).toEqual([...SETTING_NAMES].sort())
  })
})
