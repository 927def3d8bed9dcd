const HIDDEN = '[oculto]'
const SECRET_NAME =
  '(?:access_token|refresh_token|accessToken|refreshToken|app_code|appCode|password|token|ticket)'
const QUOTED = new RegExp(`("${SECRET_NAME}"\\s*:\\s*)"(?:[^"\\\\]|\\\\.)*"?`, 'g')
const ASSIGNED = new RegExp(`(${SECRET_NAME}(?:=|%3D))[^&\\s"'<>]*`, 'gi')
const ISSUED_TOKEN = /CBX_[A-Z]{2}-[^\s"'&<>]*/g
const USER_INFO = /(\/\/)[^/@\s]+@/g
/** Hiding shorter secrets would hide unrelated text, and thereby reveal them. */
const MIN_SECRET_LENGTH = 4
const MAX_REMEMBERED = 50

/** Replaces secrets in a text. */
export type Scrub = (text: string) => string

/**
 * A URL for display: the values of secret parameters (Cianbox expects its token in the query string) and any
 * `user:password@` are replaced. Use it wherever a URL is displayed or logged.
 */
export function redactUrl(url: string | URL): string {
  return redactText(String(url))
}

/** Hides texts with the form of a secret: Cianbox tokens, secret parameters and secret JSON members. */
export function redactText(text: string): string {
  return text
    .replace(QUOTED, `$1"${HIDDEN}"`)
    .replace(ASSIGNED, `$1${HIDDEN}`)
    .replace(ISSUED_TOKEN, HIDDEN)
    .replace(USER_INFO, `$1${HIDDEN}@`)
}

export interface Scrubber {
  scrub: Scrub
  /** Adds a value to hide wherever it occurs. Keeps the latest 50. */
  add(secret: string | null | undefined): void
}

/** Like {@link redactText}, and also hides the given secrets by value. */
export function createScrubber(): Scrubber {
  const secrets = new Set<string>()
  return {
    scrub: (text) => {
      let result = text
      // Longest first: if one secret contains another, no part of it must remain.
      for (const secret of [...secrets].sort((a, b) => b.length - a.length)) {
        result = result.replaceAll(secret, HIDDEN).replaceAll(encodeURIComponent(secret), HIDDEN)
      }
      return redactText(result)
    },
    add: (secret) => {
      if (!secret || secret.length < MIN_SECRET_LENGTH || !secret.isWellFormed()) return
      secrets.delete(secret)
      secrets.add(secret)
      const oldest = secrets.values().next().value
      if (secrets.size > MAX_REMEMBERED && oldest !== undefined) secrets.delete(oldest)
    },
  }
}
