import { CianboxError, type CianboxErrorKind } from '../errors.js'
import type { Exchange } from './send-with-retries.js'
import { createSingleFlight } from './single-flight.js'
import { parseTokens, type TokenStore, type Tokens } from './tokens.js'

export interface Credentials {
  appName: string
  appCode: string
  user: string
  password: string
}

export interface AuthOptions {
  credentials: Credentials
  exchange: Exchange
  /** Makes the full address of a route. */
  urlOf: (route: string) => string
  store: TokenStore | undefined
  /** Told when the store fails: it is only a cache, so requests go on. */
  onStoreError: (error: unknown) => void
  now: () => number
  /** Told of every token, so that it can be hidden. */
  onSecret: (secret: string | null) => void
}

export interface Auth {
  /** A token believed good: the one held, a stored one, a refreshed one, or that of a new login. */
  token(signal: AbortSignal): Promise<string>
  /** Another token, as the server refused this one. */
  renew(refused: string, signal: AbortSignal): Promise<string>
  /** Forgets a renewed token that was refused too, and the refresh token it came from. */
  discard(refused: string): void
  /** Logs in with the credentials, whatever is held. */
  login(signal: AbortSignal): Promise<string>
}

/** Authentication shared by all requests of a client: however many ask, one login is under way. */
export function createAuth(options: AuthOptions): Auth {
  const { credentials, exchange, urlOf, store, now, onSecret } = options
  const flight = createSingleFlight<string>()
  let held: Tokens | null = null
  let refused: string | null = null
  let distrustsRefresh = false

  const auth: Auth = {
    token: async (signal) => usable(held) ?? flight(obtain, signal),
    renew: (token, signal) => {
      // Late news of a token that another request has already replaced changes nothing.
      if (held === null || held.accessToken === token) refused = token
      return auth.token(signal)
    },
    discard: (token) => {
      refused = token
      distrustsRefresh = true
    },
    login,
  }
  return auth

  function usable(tokens: Tokens | null): string | null {
    if (tokens === null || tokens.accessToken === refused || now() >= tokens.expiresAt) return null
    return tokens.accessToken
  }

  async function obtain(signal: AbortSignal): Promise<string> {
    const stored = await load()
    // Another process may have renewed the token and stored it.
    const storedToken = usable(stored)
    if (storedToken !== null) {
      held = stored
      return storedToken
    }
    const refreshToken = held?.refreshToken ?? stored?.refreshToken ?? null
    const refreshed = refreshToken && !distrustsRefresh ? await refresh(refreshToken, signal) : null
    return refreshed ?? login(signal)
  }

  /** null when there is nothing for it but to log in. */
  async function refresh(refreshToken: string, signal: AbortSignal): Promise<string | null> {
    try {
      const json = await post('/auth/refresh', { refresh_token: refreshToken }, signal)
      const tokens = parseTokens(json, now(), refreshToken)
      return tokens.accessToken === refused ? null : await keep(tokens)
    } catch (error) {
      if (error instanceof CianboxError && REFUSALS.has(error.kind)) return null
      throw error
    }
  }

  async function login(signal: AbortSignal): Promise<string> {
    const { appName, appCode, user, password } = credentials
    const body = { app_name: appName, app_code: appCode, user, password }
    const tokens = parseTokens(await post('/auth/credentials', body, signal), now(), null)
    // Cianbox may issue the same token again, so one that was refused gets its chance anew.
    refused = null
    distrustsRefresh = false
    return keep(tokens)
  }

  async function keep(tokens: Tokens): Promise<string> {
    onSecret(tokens.accessToken)
    onSecret(tokens.refreshToken)
    held = tokens
    try {
      await store?.save(tokens)
    } catch (error) {
      options.onStoreError(error)
    }
    return tokens.accessToken
  }

  async function load(): Promise<Tokens | null> {
    try {
      const tokens = (await store?.load()) ?? null
      onSecret(tokens?.accessToken ?? null)
      onSecret(tokens?.refreshToken ?? null)
      return tokens
    } catch (error) {
      options.onStoreError(error)
      return null
    }
  }

  async function post(route: string, body: Record<string, string>, signal: AbortSignal): Promise<unknown> {
    const wire = { method: 'POST', url: urlOf(route), route, json: body } as const
    const { json } = await exchange(wire, 'auth', signal)
    return json
  }
}

/** Ways for a refresh to say no. Anything else would befall a login as well. */
const REFUSALS: ReadonlySet<CianboxErrorKind> = new Set([
  'auth',
  'account',
  'forbidden',
  'bad_request',
  'invalid_response',
])
