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

describe('the list of settings', () => {
  const paper = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8')

  it('is complete in .env.example, which names no other', () => {
    const named = [...paper('.env.example').matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name)
    expect(named.sort()).toEqual([...SETTING_NAMES].sort())
  })
})
