/** Reads a preference from `localStorage`; `null` if it is missing or storage is disabled. */
export function readPreference(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name)
  } catch {
    return null
  }
}

/** Stores a preference. If storage is disabled (private windows, policies) it lasts until reload. */
export function writePreference(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value)
  } catch {
    // A lost preference does no harm.
  }
}

const PREFIX = 'espejo.'
