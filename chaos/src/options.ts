import { flag, readOptions as parse, wholeNumber } from '@espejo/tooling/options'

export interface Options {
  what: 'rounds' | 'kills' | 'drift' | 'lies' | 'by-id-lies'
  seed: number
  /** Number of rounds, kills or walks. */
  count: number
  /** Concurrent rounds of lies. */
  atOnce: number
  /** Prints the plan of each round. */
  verbose: boolean
  /** Continues after a broken invariant, to count the seeds that break. */
  keepGoing: boolean
}

const COUNTED = ['kills', 'drift', 'lies', 'by-id-lies', 'rounds'] as const

/** @throws UsageError */
export function readOptions(args: readonly string[]): Options {
  const values = parse('chaos', args, {
    seed: wholeNumber({ default: 1 }),
    rounds: wholeNumber(),
    kills: wholeNumber(),
    drift: wholeNumber(),
    lies: wholeNumber(),
    'by-id-lies': wholeNumber(),
    'at-once': wholeNumber({ default: 16 }),
    verbose: flag,
    'keep-going': flag,
  })
  const { seed, verbose, 'at-once': atOnce, 'keep-going': keepGoing } = values
  const what = COUNTED.find((name) => values[name] !== undefined) ?? 'rounds'
  return { what, seed, count: values[what] ?? 1, atOnce, verbose, keepGoing }
}
