import { randomBytes } from 'node:crypto'
import type { Switches } from '../switches.js'

interface Issued {
  access_token: string
  refresh_token: string
  expires_in: number
}

/** The tokens of one account. */
export interface Tokens {
  /** Tokens for a user whose password is correct. */
  login(): Issued
  /** A new access token, or null when the refresh token is unknown or has expired. */
  refresh(refreshToken: string): Omit<Issued, 'refresh_token'> | null
  isValid(accessToken: string): boolean
  /** Ends every access token now; refresh tokens stay valid. */
  expireAccess(): void
  /** Ends every token. */
  revokeAll(): void
}

/** @param now epoch milliseconds */
export function createTokens(switches: () => Readonly<Switches>, now: () => number): Tokens {
  const access = new Map<string, number>()
  const refresh = new Map<string, number>()
  let latest: { access: string; refresh: string } | null = null

  function live(tokens: Map<string, number>, token: string): boolean {
    const until = tokens.get(token)
    if (until !== undefined && until <= now()) tokens.delete(token)
    return tokens.has(token)
  }

  function issueAccess(): string {
    const token = `CBX_AT-${secret()}`
    access.set(token, now() + switches().accessTokenSeconds * 1000)
    return token
  }

  function remaining(token: string): number {
    return Math.max(0, Math.floor(((access.get(token) ?? 0) - now()) / 1000))
  }

  return {
    login() {
      const reusable = switches().loginReusesToken && latest !== null
      if (!reusable || !latest || !live(access, latest.access) || !live(refresh, latest.refresh)) {
        const token = `CBX_RT-${secret()}`
        refresh.set(token, now() + switches().refreshTokenSeconds * 1000)
        latest = { access: issueAccess(), refresh: token }
      }
      return {
        access_token: latest.access,
        refresh_token: latest.refresh,
        expires_in: remaining(latest.access),
      }
    },
    refresh(refreshToken) {
      if (!live(refresh, refreshToken)) return null
      const token = issueAccess()
      latest = { access: token, refresh: refreshToken }
      return { access_token: token, expires_in: remaining(token) }
    },
    isValid: (token) => live(access, token),
    expireAccess: () => access.clear(),
    revokeAll() {
      access.clear()
      refresh.clear()
      latest = null
    },
  }
}

function secret(): string {
  return randomBytes(30).toString('base64url')
}
