import { expect, it } from 'vitest'
import { safeHttpUrl } from './safe-url.js'

it('keeps http and https addresses', () => {
  expect(safeHttpUrl('https://cianbox.org/img/1.jpg')).toBe('https://cianbox.org/img/1.jpg')
  expect(safeHttpUrl('http://a.test/x y')).toBe('http://a.test/x%20y')
})

it.each([
  'javascript:alert(1)',
  ' java\nscript:alert(1)',
  'data:text/html,<script>1</script>',
  'img/1.jpg',
  '',
])('refuses %j', (value) => {
  expect(safeHttpUrl(value)).toBeNull()
})
