import { CianboxError, type CianboxErrorKind } from '../errors.js'
import type { SendWithRetries } from './send-with-retries.js'
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
  sendWithRetries: SendWithRetries
  /** Returns the complete URL of a route. */
  urlOf: (route: string) => string
  store: TokenStore | undefined
  /** Called when the store fails. Requests continue, because the store is only a cache. */
  onStoreError: (error: unknown) => void
  now: () => number
  /** Called with every token, so that it can be hidden in texts. */
  onSecret: (secret: string | null) => void
}

export interface Auth {
  /** A token that should be valid: the current one, a stored one, a refreshed one, or that of a new login. */
  token(signal: AbortSignal): Promise<string>
  /** Another token, because the server refused this one. */
  renew(refused: string, signal: AbortSignal): Promise<string>
  /** Discards a renewed token that was refused too, and its refresh token. */
  discard(refused: string): void
  /** Logs in with the credentials, even if there is a valid token. */
  login(signal: AbortSignal): Promise<string>
}

/** Authentication for all requests of a client. Concurrent requests share one login. */
export function createAuth(options: AuthOptions): Auth {
  const { credentials, sendWithRetries, urlOf, now, onSecret } = options
  const flight = createSingleFlight<string>()
  let current: Tokens | null = null
  let refusedToken: string | null = null
  let skipsRefresh = false

  const auth: Auth = {
    token: async (signal) => usable(current) ?? flight(obtain, signal),
    renew: (token, signal) => {
      // Ignore a late refusal of a token that another request has already replaced.
      if (current === null || current.accessToken === token) refusedToken = token
      return auth.token(signal)
    },
    discard: (token) => {
      refusedToken = token
      skipsRefresh = true
    },
    login,
  }
  return auth

  function usable(tokens: Tokens | null): string | null {
    if (tokens === null || tokens.accessToken === refusedToken || now() >= tokens.expiresAt) return null
    return tokens.accessToken
  }

  async function obtain(signal: AbortSignal): Promise<string> {
    const stored = await load()
    // Another process may have renewed the token and stored it.
    const storedToken = usable(stored)
    if (storedToken !== null) {
      current = stored
      return storedToken
    }
    const refreshToken = current?.refreshToken ?? stored?.refreshToken ?? null
    const refreshed = refreshToken && !skipsRefresh ? await refresh(refreshToken, signal) : null
    return refreshed ?? login(signal)
  }

  /** Returns null when a login is needed instead. */
  async function refresh(refreshToken: string, signal: AbortSignal): Promise<string | null> {
    try {
      const json = await post('/auth/refresh', { refresh_token: refreshToken }, signal)
      const tokens = parseTokens(json, now(), refreshToken)
      return tokens.accessToken === refusedToken ? null : await store(tokens)
    } catch (error) {
      if (error instanceof CianboxError && REFUSALS.has(error.kind)) return null
      throw error
    }
  }

  async function login(signal: AbortSignal): Promise<string> {
    const { appName, appCode, user, password } = credentials
    const body = { app_name: appName, app_code: appCode, user, password }
    const tokens = parseTokens(await post('/auth/credentials', body, signal), now(), null)
    // Cianbox may issue the same token again, so a refused token is tried again.
    refusedToken = null
    skipsRefresh = false
    return store(tokens)
  }

  async function store(tokens: Tokens): Promise<string> {
    onSecret(tokens.accessToken)
    onSecret(tokens.refreshToken)
    current = tokens
    try {
      await options.store?.save(tokens)
    } catch (error) {
      options.onStoreError(error)
    }
    return tokens.accessToken
  }

  async function load(): Promise<Tokens | null> {
    try {
      const tokens = (await options.store?.load()) ?? null
      onSecret(tokens?.accessToken ?? null)
      onSecret(tokens?.refreshToken ?? null)
      return tokens
    } catch (error) {
      options.onStoreError(error)
      return null
    }
  }

  async function post(route: string, body: Record<string, string>, signal: AbortSignal): Promise<unknown> {
    const request = { method: 'POST', url: urlOf(route), route, json: body } as const
    const { json } = await sendWithRetries(request, 'auth', signal)
    return json
  }
}

/** Errors by which the server refuses a refresh. Any other error would also occur in a login. */
const REFUSALS: ReadonlySet<CianboxErrorKind> = new Set([
  'auth',
  'account',
  'forbidden',
  'bad_request',
  'invalid_response',
])
