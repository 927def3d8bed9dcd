import type { Dialect } from './http/list-routes.js'
import type { Switches } from './switches.js'

/** An account of the simulator. Only `cuenta` is required. */
export interface AccountOptions {
  /** Path segment of the account's URL: letters, digits, `-` and `_`. */
  cuenta: string
  /** @defaultValue 'demo' */
  user?: string
  /** @defaultValue 'demo' */
  password?: string
  /** Number of generated products, 0 – 100,000,000. @defaultValue 2500 */
  products?: number
  /** The same seed and size give the same catalogue. @defaultValue 7 */
  seed?: number
  /** @defaultValue 'v2' */
  dialect?: Dialect
  /** Delay before every response, in milliseconds. @defaultValue 0 */
  latencyMs?: number
  /** Requests per second; null for no limit. @defaultValue null */
  rateLimit?: number | null
  switches?: Partial<Switches>
}

export interface SimulatorOptions {
  /** @defaultValue one account: `demo`, user `demo`, password `demo` */
  accounts?: readonly AccountOptions[]
  /** Clock of the simulated ERP, epoch milliseconds: dates, tokens, rate limit. @defaultValue Date.now */
  now?: () => number
}

const MAX_PRODUCTS = 100_000_000

/**
 * Fills in the defaults and validates.
 *
 * @throws RangeError that names the option and its valid values
 */
export function completeAccount(options: AccountOptions): Required<AccountOptions> {
  const account = {
    cuenta: options.cuenta,
    user: options.user ?? 'demo',
    password: options.password ?? 'demo',
    products: options.products ?? 2500,
    seed: options.seed ?? 7,
    dialect: options.dialect ?? 'v2',
    latencyMs: options.latencyMs ?? 0,
    rateLimit: options.rateLimit ?? null,
    switches: options.switches ?? {},
  }
  ensure(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(account.cuenta), 'La cuenta lleva letras, números, - y _.')
  ensure(isText(account.user) && isText(account.password), 'user y password son textos no vacíos.')
  ensure(isCount(account.products, MAX_PRODUCTS), `products va de 0 a ${MAX_PRODUCTS}.`)
  ensure(Number.isSafeInteger(account.seed), 'seed es un número entero.')
  ensure(account.dialect === 'v2' || account.dialect === 'simple', 'dialect es v2 o simple.')
  requireLatency(account.latencyMs)
  requireRateLimit(account.rateLimit)
  return account
}

/** @throws RangeError unless it is a number of milliseconds, 0 or more. */
export function requireLatency(ms: number): void {
  ensure(Number.isFinite(ms) && ms >= 0, 'latencyMs es un número de milisegundos, 0 o más.')
}

/** @throws RangeError unless it is a number of milliseconds, positive or negative. */
export function requireOffset(ms: number): void {
  ensure(Number.isFinite(ms), 'El desfasaje del reloj es un número de milisegundos.')
}

/** @throws RangeError unless it is null or a positive number. */
export function requireRateLimit(limit: number | null): void {
  ensure(limit === null || (Number.isFinite(limit) && limit > 0), 'rateLimit es un número positivo o null.')
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isCount(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max
}

function ensure(condition: boolean, message: string): void {
  if (!condition) throw new RangeError(message)
}
