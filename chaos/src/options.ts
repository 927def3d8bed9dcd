import { parseArgs } from 'node:util'

/** The command line makes no sense; the message is one line that says what does. */
export class UsageError extends Error {
  override name = 'UsageError'
}

export interface Options {
  what: 'rounds' | 'kills' | 'drift' | 'lies' | 'by-id-lies'
  seed: number
  /** Rounds, kills or walks. */
  count: number
  /** Rounds of lies under way at the same time. */
  atOnce: number
  /** Prints each round's whole plan. */
  verbose: boolean
  /** Goes on after a broken invariant, to see how many seeds break. */
  keepGoing: boolean
}

const COUNTED = ['kills', 'drift', 'lies', 'by-id-lies', 'rounds'] as const

/** @throws {@link UsageError} */
export function readOptions(args: readonly string[]): Options {
  const { values } = parse(args)
  const what = COUNTED.find((name) => values[name] !== undefined) ?? 'rounds'
  const { seed, 'at-once': atOnce, verbose, 'keep-going': keepGoing } = values
  return {
    what,
    seed: whole('--seed', seed),
    count: whole(`--${what}`, values[what] ?? '1'),
    atOnce: whole('--at-once', atOnce),
    verbose,
    keepGoing,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string', default: '1' },
        rounds: { type: 'string' },
        kills: { type: 'string' },
        drift: { type: 'string' },
        lies: { type: 'string' },
        'by-id-lies': { type: 'string' },
        'at-once': { type: 'string', default: '16' },
        verbose: { type: 'boolean', default: false },
        'keep-going': { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function whole(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError(`${name} must be a whole number from 1 on, not "${text}".`)
}
