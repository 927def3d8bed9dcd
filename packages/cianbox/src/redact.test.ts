import { describe, expect, test } from 'vitest'
import { createScrubber, redactText, redactUrl } from './redact.js'

describe('redactUrl', () => {
  test('hides the token and keeps the other parts', () => {
    const shown = redactUrl(
      'https://cianbox.org/micuenta/api/v2/productos?page=3&access_token=CBX_AT-1&limit=200',
    )
    expect(shown).toBe('https://cianbox.org/micuenta/api/v2/productos?page=3&access_token=[oculto]&limit=200')
  })

  test.each([
    'https://user:clave@cianbox.org/',
    'https://cianbox.org/?x=1&token=clave',
    'https://cianbox.org/?next=%2Fp%3Faccess_token%3Dclave',
    'not an url, access_token=clave',
  ])('hides the secret of %s', (url) => {
    expect(redactUrl(url)).not.toContain('clave')
  })

  test('accepts a URL object', () => {
    expect(redactUrl(new URL('https://cianbox.org/?ticket=clave'))).toBe(
      'https://cianbox.org/?ticket=[oculto]',
    )
  })
})

test('redactText hides secrets in JSON, even if it is cut off', () => {
  expect(redactText('{"password":"una \\"clave\\" larga","user":"ana"}')).toBe(
    '{"password":"[oculto]","user":"ana"}',
  )
  expect(redactText('{"access_token":"clave a med')).toBe('{"access_token":"[oculto]"')
})

test('a scrubber hides its secrets by value, the longer ones first', () => {
  const scrubber = createScrubber()
  scrubber.add('clave')
  scrubber.add('clave larga')
  expect(scrubber.scrub('«clave larga» y «clave%20larga»')).toBe('«[oculto]» y «[oculto]»')
})

test('a scrubber does not hide short secrets: hiding every "a" would reveal the secret', () => {
  const scrubber = createScrubber()
  scrubber.add('a')
  expect(scrubber.scrub('la casa')).toBe('la casa')
})
