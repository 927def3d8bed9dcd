/** The `Retry-After` header in one of its forms; none for `absent`. */
export function retryAfterHeader(
  form: 'seconds' | 'date' | 'absent',
  seconds: number,
  now: number,
): Record<string, string> {
  if (form === 'absent') return {}
  const value = form === 'seconds' ? String(seconds) : new Date(now + seconds * 1000).toUTCString()
  return { 'retry-after': value }
}
