import { parseArgs } from 'node:util'

/** The command line makes no sense; the message is one line that says what does. */
export class UsageError extends Error {
  override name = 'UsageError'
}

export interface Options {
  what: 'rounds' | 'kills' | 'drift'
  seed: number
  /** Rounds, kills or walks. */
  count: number
  /** Prints each round's whole plan. */
  verbose: boolean
  /** Goes on after a broken invariant, to see how many seeds break. */
  keepGoing: boolean
}

/** @throws {@link UsageError} */
export function readOptions(args: readonly string[]): Options {
  const { values } = parse(args)
  const what = values.kills !== undefined ? 'kills' : values.drift !== undefined ? 'drift' : 'rounds'
  const { seed, rounds = '1', kills, drift, verbose, 'keep-going': keepGoing } = values
  return {
    what,
    seed: whole('--seed', seed),
    count: whole(`--${what}`, kills ?? drift ?? rounds),
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
