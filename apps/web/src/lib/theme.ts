import { useSyncExternalStore } from 'react'
import { readPreference, writePreference } from './storage.js'

const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

/** Applies the stored theme to the document; with `system` it follows the device. */
export function startTheme(): void {
  choice = THEMES.find((theme) => theme === readPreference('theme')) ?? 'system'
  systemDark().addEventListener('change', apply)
  apply()
}

/** The chosen theme; `system` follows the device. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, () => choice)
}

/** Changes the theme and stores it on this device. */
export function setTheme(theme: Theme): void {
  choice = theme
  writePreference('theme', theme)
  apply()
  for (const notify of subscribers) notify()
}

let choice: Theme = 'system'
const subscribers = new Set<() => void>()

function subscribe(notify: () => void): () => void {
  subscribers.add(notify)
  return () => subscribers.delete(notify)
}

function systemDark(): MediaQueryList {
  return matchMedia('(prefers-color-scheme: dark)')
}

function apply(): void {
  const dark = choice === 'dark' || (choice === 'system' && systemDark().matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
}
