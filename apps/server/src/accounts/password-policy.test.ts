import { expect, it } from 'vitest'
import { checkNewPassword } from './password-policy.js'

const related = ['ana@uno.test', 'Ana Pérez', 'Ferretería El Tornillo']

it.each(['corta', 'once-letra!', ''])(
  'a password of fewer than 12 characters is refused: %j',
  async (password) => {
    expect(await checkNewPassword(password, related)).toMatch(/al menos 12/)
  },
)

it.each([
  '123456789012',
  'aaaaaaaaaaaaaaaa',
  'Password1234!',
  'contraseña1234',
  'qwertyuiop123',
  'abcabcabcabcabc',
  'ferretería2026',
  'ferreteria2026',
  'ana@uno.test',
  'espejo-espejo-espejo',
])('one that a guesser finds soon is refused: %s', async (password) => {
  expect(await checkNewPassword(password, related)).toMatch(/fácil de adivinar/)
})

it.each([
  'una clave de prueba',
  'caballo-bateria-grapa',
  'x7!kqp29vlmn',
  'ñandúes verdes 🙂 bailan',
  'zorro gris mojado',
])('any other is accepted, whatever its characters: %s', async (password) => {
  expect(await checkNewPassword(password, related)).toBeNull()
})

it('a password of 1024 characters is checked in less than a second', async () => {
  const started = performance.now()
  await checkNewPassword('ab1!'.repeat(256), related)
  expect(performance.now() - started).toBeLessThan(1000)
})
