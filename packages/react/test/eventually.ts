import { vi } from 'vitest'

/** Waits until `check` no longer throws, up to 15 s, because the machine may be busy. */
export function eventually(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 15_000, interval: 10 })
}
