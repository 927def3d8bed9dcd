/**
 * An address of the source, as a link may carry it: `http` and `https` alone, so that a
 * `javascript:` address in a catalogue stays text.
 */
export function safeHttpUrl(value: string): string | null {
  if (!URL.canParse(value)) return null
  const url = new URL(value)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null
}
