/** A preference kept on this device; `null` where storage is refused or empty. */
export function readPreference(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name)
  } catch {
    return null
  }
}

/** Keeps a preference; where storage is refused (private windows, policies) it lasts until reload. */
export function writePreference(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value)
  } catch {
    // Nothing depends on a preference being kept.
  }
}

const PREFIX = 'espejo.'
