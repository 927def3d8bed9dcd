import { expect, it } from 'vitest'
import { describeCron } from './cron.js'

it.each([
  ['30 6 * * 1-5', 'A las 06:30, de lunes a viernes', 'At 06:30, Monday through Friday'],
  [' */15  * * * * ', 'Cada 15 minutos', 'Every 15 minutes'],
  ['0 3 * * 7', 'A las 03:00, sólo el domingo', 'At 03:00, only on Sunday'],
])('describes %j in both languages', (expression, spanish, english) => {
  expect(describeCron(expression, 'es-AR')).toBe(spanish)
  expect(describeCron(expression, 'en')).toBe(english)
})

it.each(['', '* * * *', '0 0 3 * * *', '@daily', '99 1 * * *', 'a b c d e'])(
  'does not describe %j, which is not an expression of five fields',
  (expression) => {
    expect(describeCron(expression, 'es-AR')).toBeNull()
  },
)
