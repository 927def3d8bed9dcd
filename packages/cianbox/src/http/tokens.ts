import { CianboxError } from '../errors.js'
import { isRecord } from '../parse/fields.js'

/** What a login yields. Secrets: keep them encrypted at rest. */
export interface Tokens {
  accessToken: string
  refreshToken: string | null
  /** Milliseconds since the epoch after which the access token is no longer used, a margin included. */
  expiresAt: number
}

/** Keeps tokens between processes and restarts, so that a login is not spent on each. */
export interface TokenStore {
  load(): Promise<Tokens | null>
  save(tokens: Tokens): Promise<void>
}

const DEFAULT_LIFE_SECONDS = 86_400
const MAX_MARGIN_MS = 60_000

/**
 * Reads the answer of a login or a refresh (which brings no new refresh token, so the old one stays).
 *
 * @throws {CianboxError} `invalid_response` without an access token
 */
export function parseTokens(json: unknown, now: number, oldRefreshToken: string | null): Tokens {
  const body = isRecord(json) && isRecord(json.body) ? json.body : json
  if (!isRecord(body) || !isToken(body.access_token)) {
    throw new CianboxError('invalid_response', 'The answer to a login holds no access token')
  }
  const seconds = Number(body.expires_in ?? DEFAULT_LIFE_SECONDS)
  const lifeMs = (seconds >= 0 ? seconds : DEFAULT_LIFE_SECONDS) * 1000
  return {
    accessToken: body.access_token,
    refreshToken: isToken(body.refresh_token) ? body.refresh_token : oldRefreshToken,
    // Renewed a little early, but never so early that a short-lived token is of no use.
    expiresAt: now + lifeMs - Math.min(MAX_MARGIN_MS, lifeMs / 10),
  }
}

function isToken(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
