import type { RunRecord } from '../rig/runs.js'
import type { LiesPlan } from './plan.js'

/** Counts the endings of rounds, by lie. */
export interface Tally {
  count(plan: LiesPlan, ending: string, injected: readonly boolean[]): void
  /** Lines for people. */
  lines(): string[]
}

export const BROKEN = 'BROKEN'

export function endingOf({ errorCode, status }: Pick<RunRecord, 'errorCode' | 'status'>): string {
  return errorCode ?? status
}

export function createTally(): Tally {
  const endings = new Map<string, number>()
  const byLie = new Map<string, Map<string, number>>()
  return {
    count({ lies, mode }, ending, injected) {
      add(endings, ending)
      const names = new Set(
        lies.filter((_, i) => injected[i] ?? true).map(({ name, frequency }) => `${name}, ${frequency}`),
      )
      for (const name of [`mode ${mode}`, ...names]) {
        const counts = byLie.get(name) ?? new Map<string, number>()
        byLie.set(name, counts)
        add(counts, ending)
      }
    },
    lines: () => [
      `endings: ${figures(endings)}`,
      ...[...byLie]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, counts]) => `  ${name}: ${figures(counts)}`),
    ],
  }
}

function add(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1)
}

function figures(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([what, n]) => `${what} ${n}`)
    .join(', ')
}
