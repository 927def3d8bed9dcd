/// <reference lib="es2024.string" />

export type Row = Record<string, unknown>

/** Deeper values are rejected, because serialisers and databases process them recursively. */
const MAX_DEPTH = 64
/** A reject's payload is only for display, so long texts are truncated. */
const MAX_PAYLOAD_TEXT = 10_000

/** Up to this length a loop over the characters is faster than two native calls. */
const SHORT_TEXT = 40
/** Rows repeat the same few dozen keys, so storable keys are cached, up to this number. */
const MAX_KNOWN_KEYS = 500
const knownKeys = new Set<string>()

/** Whether PostgreSQL accepts it as `text` and in `jsonb`: no NUL, no lone surrogate. */
function isStorableText(text: string): boolean {
  if (text.length > SHORT_TEXT) return text.isWellFormed() && !text.includes('\0')
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0) return false
    if ((code & 0xf800) === 0xd800) return text.isWellFormed() && !text.includes('\0')
  }
  return true
}

/** The text without NUL, and with U+FFFD in place of each lone surrogate. */
export function storableText(text: string): string {
  return isStorableText(text) ? text : text.toWellFormed().replaceAll('\0', '')
}

/**
 * Whether a JSON value can be stored unchanged: every text and key is storable, and it is not nested too
 * deeply. This is the hot path; {@link storableValue} copies only values for which this is false.
 */
export function isStorableValue(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return isStorableText(value)
  if (typeof value !== 'object' || value === null) return true
  if (depth >= MAX_DEPTH) return false
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!isStorableValue(value[i], depth + 1)) return false
    return true
  }
  for (const key in value) {
    if (!isStorableKey(key) || !isStorableValue((value as Row)[key], depth + 1)) return false
  }
  return true
}

/** Whether objects and arrays are nested more deeply than allowed. */
export function isTooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (depth >= MAX_DEPTH) return true
  return Object.values(value).some((item) => isTooDeep(item, depth + 1))
}

/** A storable copy of a JSON value. Values that are nested too deeply are replaced by a text. */
export function storableValue(value: unknown, maxText = Number.POSITIVE_INFINITY, depth = 0): unknown {
  if (typeof value === 'string') return truncate(storableText(value), maxText)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAX_DEPTH) return '[demasiado profundo]'
  if (Array.isArray(value)) return value.map((item) => storableValue(item, maxText, depth + 1))
  const copy: Row = {}
  for (const [key, item] of Object.entries(value)) {
    const name = truncate(storableText(key), maxText)
    // A cleaned key must not replace a key that was clean already.
    if (name !== key && Object.hasOwn(value, name)) continue
    define(copy, name, storableValue(item, maxText, depth + 1))
  }
  return copy
}

/** A rejected row for storage and display: cleaned, with very long texts truncated. */
export function storablePayload(row: unknown): unknown {
  return storableValue(row, MAX_PAYLOAD_TEXT)
}

function isStorableKey(key: string): boolean {
  if (knownKeys.has(key)) return true
  if (!isStorableText(key)) return false
  if (knownKeys.size < MAX_KNOWN_KEYS && key.length <= SHORT_TEXT) knownKeys.add(key)
  return true
}

function truncate(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max).toWellFormed()}… [${text.length} caracteres]`
}

/** Assigning `__proto__` would set the prototype instead of a property. */
function define(target: Row, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  } else {
    target[key] = value
  }
}
