const HIDDEN = '[oculto]'
const SECRET_NAME =
  '(?:access_token|refresh_token|accessToken|refreshToken|app_code|appCode|password|token|ticket)'
const QUOTED = new RegExp(`("${SECRET_NAME}"\\s*:\\s*)"(?:[^"\\\\]|\\\\.)*"?`, 'g')
const ASSIGNED = new RegExp(`(${SECRET_NAME}(?:=|%3D))[^&\\s"'<>]*`, 'gi')
const ISSUED_TOKEN = /CBX_[A-Z]{2}-[^\s"'&<>]*/g
const USER_INFO = /(\/\/)[^/@\s]+@/g
/** Shorter secrets would blank out unrelated text, and so give themselves away. */
const MIN_SECRET_LENGTH = 4
const MAX_REMEMBERED = 50

/** Replaces what must not be shown in a text. */
export type Scrub = (text: string) => string

/**
 * An URL as it may be shown: the values of secret parameters (Cianbox takes its token in the query
 * string) and any `user:password@` are replaced. Use it wherever an URL is displayed or logged.
 */
export function redactUrl(url: string | URL): string {
  return redactText(String(url))
}

/** Hides whatever has the form of a secret: tokens that Cianbox issues, secret parameters and JSON members. */
export function redactText(text: string): string {
  return text
    .replace(QUOTED, `$1"${HIDDEN}"`)
    .replace(ASSIGNED, `$1${HIDDEN}`)
    .replace(ISSUED_TOKEN, HIDDEN)
    .replace(USER_INFO, `$1${HIDDEN}@`)
}

export interface Scrubber {
  scrub: Scrub
  /** Remembers a value (the latest 50) that must never be shown, whatever surrounds it. */
  add(secret: string | null | undefined): void
}

/** {@link redactText} that also knows this client's own secrets by value. */
export function createScrubber(): Scrubber {
  const secrets = new Set<string>()
  return {
    scrub: (text) => {
      let result = text
      // Longest first: a secret that contains another must not leave its tail behind.
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
