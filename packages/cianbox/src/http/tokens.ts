import { CianboxError } from '../errors.js'
import { isRecord } from '../parse/fields.js'

/** The tokens of a login. They are secrets: store them encrypted. */
export interface Tokens {
  accessToken: string
  refreshToken: string | null
  /** When the access token is no longer used, with a safety margin; milliseconds since the epoch. */
  expiresAt: number
}

/** Stores tokens, so that other processes and a restart need no login. */
export interface TokenStore {
  load(): Promise<Tokens | null>
  save(tokens: Tokens): Promise<void>
}

const DEFAULT_LIFE_SECONDS = 86_400
const MAX_MARGIN_MS = 60_000

/**
 * Reads the response of a login or a refresh. A refresh returns no new refresh token, so the old one is kept.
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
    // Renew a little early, but by at most a tenth of the token's lifetime.
    expiresAt: now + lifeMs - Math.min(MAX_MARGIN_MS, lifeMs / 10),
  }
}

function isToken(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
