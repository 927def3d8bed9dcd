import { z } from 'zod'

export type Role = 'all' | 'api' | 'worker'

export interface Config {
  port: number
  host: string
  /** Undefined: embedded PostgreSQL in `dataDir`. */
  databaseUrl: string | undefined
  dataDir: string
  demo: boolean
  demoProducts: number
  demoLatencyMs: number
  cianboxBaseUrl: string
  role: Role
  /** Public URL at which the ERP reaches this server, without a trailing slash; undefined: unknown. */
  publicUrl: string | undefined
  /** Retention of the change log, in days. */
  changesDays: number
  /** Most concurrent runs of one worker process. */
  runsAtOnce: number
  /** How long a stopping process is not ready but still serves new connections, in seconds. */
  drainSeconds: number
  /** 32 bytes; undefined: generated in `dataDir`. */
  secretKey: Buffer | undefined
  /** Proxies whose `X-Forwarded-*` headers are trusted: the value of Express's `trust proxy` setting. */
  trustProxy: string | number
  /** A session ends so long after the sign-in. */
  sessionHours: number
  /** A session that is not used for so long ends. */
  sessionIdleMinutes: number
  /** The one-time code of the first set-up; undefined: random. */
  setupCode: string | undefined
  logLevel: string
}

/** A setting has an invalid value. The message is one line and names the setting. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/**
 * Parses environment variables. Pure.
 * @throws {@link ConfigError} names the first invalid setting and says what is allowed.
 */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  // An empty value in a .env file means "not set".
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = settings.safeParse(given)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new ConfigError(`${issue?.path.join('.')}: ${issue?.message}`)
  }
  const s = parsed.data
  if (s.DATABASE_URL !== undefined && s.ESPEJO_SECRET_KEY === undefined) {
    throw new ConfigError(
      'ESPEJO_SECRET_KEY is required when DATABASE_URL is set: 32 bytes in base64, for example from `openssl rand -base64 32`.',
    )
  }
  if (s.ESPEJO_ROLE !== 'all' && s.DATABASE_URL === undefined) {
    throw new ConfigError(
      `ESPEJO_ROLE=${s.ESPEJO_ROLE} needs DATABASE_URL: the embedded PostgreSQL serves one process that plays all roles.`,
    )
  }
  const demo = s.ESPEJO_DEMO ?? s.DATABASE_URL === undefined
  // A worker listens nowhere.
  if (demo && s.ESPEJO_ROLE !== 'worker' && !isLoopback(s.HOST)) {
    throw new ConfigError(
      `HOST: the passwords of the demo are public, so it listens on a loopback address only, not on ${s.HOST}. Set ESPEJO_DEMO=0 for an installation of your own, or HOST=127.0.0.1.`,
    )
  }
  return {
    port: s.PORT,
    host: s.HOST,
    databaseUrl: s.DATABASE_URL,
    dataDir: s.ESPEJO_DATA_DIR,
    demo,
    demoProducts: s.ESPEJO_DEMO_PRODUCTS,
    demoLatencyMs: s.ESPEJO_DEMO_LATENCY_MS,
    cianboxBaseUrl: s.CIANBOX_BASE_URL,
    role: s.ESPEJO_ROLE,
    publicUrl: s.ESPEJO_PUBLIC_URL,
    changesDays: s.ESPEJO_CHANGES_DAYS,
    runsAtOnce: s.ESPEJO_RUNS_AT_ONCE,
    drainSeconds: s.ESPEJO_DRAIN_SECONDS,
    secretKey: s.ESPEJO_SECRET_KEY,
    trustProxy: s.ESPEJO_TRUST_PROXY,
    sessionHours: s.ESPEJO_SESSION_HOURS,
    sessionIdleMinutes: s.ESPEJO_SESSION_IDLE_MINUTES,
    setupCode: s.ESPEJO_SETUP_CODE,
    logLevel: s.LOG_LEVEL,
  }
}

/** Whether only this machine reaches a server that listens at this host. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3})$/i.test(host)
}

function whole(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}.`
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((n) => n >= min && n <= max, message)
}

function isPlainAddress(value: string): boolean {
  if (!URL.canParse(value)) return false
  const { username, password, search, hash } = new URL(value)
  return username + password + search + hash === ''
}

function url(protocols: string[], message: string) {
  return z
    .string()
    .refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), message)
}

const settings = z.object({
  PORT: whole(0, 65535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: url(
    ['postgres:', 'postgresql:'],
    'must look like postgres://user:password@host:5432/database.',
  ).optional(),
  ESPEJO_DATA_DIR: z.string().default('.espejo'),
  ESPEJO_DEMO: z
    .enum(['0', '1'], 'must be 0 or 1.')
    .transform((value) => value === '1')
    .optional(),
  ESPEJO_DEMO_PRODUCTS: whole(0, 1_000_000).default(2500),
  ESPEJO_DEMO_LATENCY_MS: whole(0, 60_000).default(150),
  CIANBOX_BASE_URL: url(['http:', 'https:'], 'must be an http or https address.').default(
    'https://cianbox.org',
  ),
  ESPEJO_PUBLIC_URL: url(
    ['http:', 'https:'],
    'must be the http or https address at which Cianbox reaches this server.',
  )
    .refine((value) => isPlainAddress(value), 'must have no user, password, query or fragment.')
    .transform((value) => value.replace(/\/+$/, ''))
    .optional(),
  ESPEJO_CHANGES_DAYS: whole(1, 36_500).default(180),
  ESPEJO_RUNS_AT_ONCE: whole(1, 1000).default(100),
  ESPEJO_DRAIN_SECONDS: whole(0, 120).default(1),
  ESPEJO_ROLE: z.enum(['all', 'api', 'worker'], 'must be all, api or worker.').default('all'),
  ESPEJO_SECRET_KEY: z
    .string()
    .transform((value) => Buffer.from(value, 'base64'))
    .refine(
      (key) => key.length === 32,
      'must be 32 bytes in base64, for example from `openssl rand -base64 32`.',
    )
    .optional(),
  ESPEJO_TRUST_PROXY: z
    .string()
    .regex(/^(\d{1,2}|[\w.:/, ]+)$/, 'must be a number of proxies, or their addresses, separated by commas.')
    .transform((value) => (/^\d+$/.test(value) ? Number(value) : value))
    .default('loopback'),
  ESPEJO_SESSION_HOURS: whole(1, 720).default(12),
  ESPEJO_SESSION_IDLE_MINUTES: whole(1, 43_200).default(120),
  ESPEJO_SETUP_CODE: z
    .string()
    .regex(/^[\w.~-]{8,200}$/, 'must have 8 to 200 letters, digits or any of - . _ ~')
    .optional(),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'must be fatal, error, warn, info, debug, trace or silent.',
    )
    .default('info'),
})

/** The names of all settings. */
export const SETTING_NAMES: readonly string[] = Object.keys(settings.shape)
