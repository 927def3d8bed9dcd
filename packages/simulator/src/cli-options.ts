import { parseArgs } from 'node:util'
import type { AccountOptions } from './options.js'

/** The parsed command line. */
export type Command =
  | { kind: 'help' }
  | { kind: 'run'; port: number; host: string; accounts: AccountOptions[] }

export const HELP = `Uso: espejo-simulator [opciones]

Un Cianbox de prueba. La primera cuenta es demo, usuario demo, contraseña demo.

  --port N           puerto (4010; 0 elige uno libre)
  --host H           dirección en la que escucha (127.0.0.1)
  --products N       productos de cada cuenta (2500)
  --seed N           semilla del catálogo (7)
  --latency-ms N     demora de cada respuesta, en milisegundos (0)
  --rate-limit N     peticiones por segundo; más, 429 (sin límite)
  --dialect D        v2 o simple (v2)
  --account A        otra cuenta, cuenta:usuario:contraseña[:productos]; se puede repetir
  --help             esta ayuda

Controles y fallas: GET /__simulator`

/**
 * Reads the arguments.
 *
 * @throws RangeError with one line that names the argument and its valid values
 */
export function readCommand(args: readonly string[]): Command {
  const values = parse(args)
  if (values.help) return { kind: 'help' }
  const dialect = values.dialect ?? 'v2'
  if (dialect !== 'v2' && dialect !== 'simple') throw new RangeError('--dialect es v2 o simple.')
  const rateLimit = values['rate-limit']
  const shared = {
    seed: integer('--seed', values.seed ?? '7'),
    latencyMs: integer('--latency-ms', values['latency-ms'] ?? '0'),
    rateLimit: rateLimit === undefined ? null : positive('--rate-limit', rateLimit),
    dialect,
  } as const
  const products = integer('--products', values.products ?? '2500')
  return {
    kind: 'run',
    port: port(values.port ?? '4010'),
    host: values.host ?? '127.0.0.1',
    accounts: [
      { cuenta: 'demo', products, ...shared },
      ...(values.account ?? []).map((text) => ({ ...account(text, products), ...shared })),
    ],
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        products: { type: 'string' },
        seed: { type: 'string' },
        'latency-ms': { type: 'string' },
        'rate-limit': { type: 'string' },
        dialect: { type: 'string' },
        account: { type: 'string', multiple: true },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (cause) {
    const option = /'(-[^' ]*)/.exec(cause instanceof Error ? cause.message : '')?.[1]
    const text = option ? `No se entiende ${option}.` : 'No se entienden los argumentos.'
    throw new RangeError(`${text} Mirá --help.`, { cause })
  }
}

/** Parses `cuenta:user:password[:products]`. The password cannot contain a colon. */
function account(text: string, products: number): AccountOptions {
  const [cuenta, user, password, size, ...rest] = text.split(':')
  // The message omits the value, which contains a password.
  if (!cuenta || !user || !password || rest.length > 0) {
    throw new RangeError('--account es cuenta:usuario:contraseña[:productos].')
  }
  return { cuenta, user, password, products: size ? integer('--account …:productos', size) : products }
}

function integer(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new RangeError(`${option} es un número entero, 0 o más.`)
  return Number(text)
}

function positive(option: string, text: string): number {
  if (!/^\d{1,6}(\.\d+)?$/.test(text) || Number(text) === 0) {
    throw new RangeError(`${option} es un número mayor que 0.`)
  }
  return Number(text)
}

function port(text: string): number {
  const value = integer('--port', text)
  if (value > 65_535) throw new RangeError('--port va de 0 a 65535.')
  return value
}
