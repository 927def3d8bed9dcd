/**
 * A URL from the catalogue that is safe as a link; `null` unless it is `http` or `https`, so that a
 * `javascript:` URL stays text.
 */
export function safeHttpUrl(value: string): string | null {
  if (!URL.canParse(value)) return null
  const url = new URL(value)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null
}
