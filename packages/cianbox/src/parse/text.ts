/// <reference lib="es2024.string" />

export type Row = Record<string, unknown>

/** Deeper values are refused: serialisers and databases recurse over them. */
const MAX_DEPTH = 64
/** A reject's payload is kept to be looked at, not to be restored. */
const MAX_PAYLOAD_TEXT = 10_000

/** Up to here looking at each character beats two calls into the engine. */
const SHORT_TEXT = 40
/** Rows repeat the same few dozen keys: those found storable are remembered, up to a bound. */
const MAX_KNOWN_KEYS = 500
const knownKeys = new Set<string>()

/** Whether PostgreSQL takes it as `text` and in `jsonb`: no NUL, no half of a surrogate pair. */
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
 * Whether a JSON value can be stored as it is: every text and key storable, and not nested too
 * deeply. This is the hot path; {@link storableValue} copies only what this refuses.
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

/** Whether objects and arrays nest beyond what a row may. */
export function isTooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (depth >= MAX_DEPTH) return true
  return Object.values(value).some((item) => isTooDeep(item, depth + 1))
}

/** A storable copy of a JSON value. The input is not touched; what nests too deeply becomes a mark. */
export function storableValue(value: unknown, maxText = Number.POSITIVE_INFINITY, depth = 0): unknown {
  if (typeof value === 'string') return cut(storableText(value), maxText)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAX_DEPTH) return '[demasiado profundo]'
  if (Array.isArray(value)) return value.map((item) => storableValue(item, maxText, depth + 1))
  const copy: Row = {}
  for (const [key, item] of Object.entries(value)) {
    const name = cut(storableText(key), maxText)
    // A key that was cleaned must not take the place of one that came clean.
    if (name !== key && Object.hasOwn(value, name)) continue
    define(copy, name, storableValue(item, maxText, depth + 1))
  }
  return copy
}

/** A rejected row as it may be stored and shown: clean, and with very long texts cut. */
export function storablePayload(row: unknown): unknown {
  return storableValue(row, MAX_PAYLOAD_TEXT)
}

function isStorableKey(key: string): boolean {
  if (knownKeys.has(key)) return true
  if (!isStorableText(key)) return false
  if (knownKeys.size < MAX_KNOWN_KEYS && key.length <= SHORT_TEXT) knownKeys.add(key)
  return true
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max).toWellFormed()}… [${text.length} caracteres]`
}

/** Assigning `__proto__` would set the prototype instead of the member. */
function define(target: Row, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  } else {
    target[key] = value
  }
}
