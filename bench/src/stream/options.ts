import { parseArgs } from 'node:util'
import { UsageError } from '../bench.js'

export interface StreamBenchOptions {
  viewers: number
  /** Each of a tenant of its own: a tenant has one active run at a time. */
  runs: number
  /** Length of each measured window. */
  seconds: number
}

/** @throws {@link UsageError} that names the option and what it may be */
export function readOptions(args: readonly string[]): StreamBenchOptions {
  const { viewers, runs, seconds } = parse(args)
  const options = {
    viewers: whole('--viewers', viewers, 100, 12_000),
    runs: whole('--runs', runs, 20, 2000),
    seconds: whole('--seconds', seconds, 1, 600),
  }
  const ofRun = options.viewers / options.runs
  if (!Number.isInteger(ofRun)) throw new UsageError('stream: --viewers is a multiple of --runs.')
  if (ofRun > 200) throw new UsageError('stream: a tenant, and so a run here, has 200 of them at most.')
  return options
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        viewers: { type: 'string', default: '10000' },
        runs: { type: 'string', default: '200' },
        seconds: { type: 'string', default: '20' },
      },
    }).values
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('. ')[0] : 'not understood'
    throw new UsageError(`stream: ${reason}. Options: --viewers N, --runs R, --seconds S.`, { cause })
  }
}

function whole(option: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (/^\d{1,6}$/.test(text) && value >= min && value <= max) return value
  throw new UsageError(`stream: ${option} is a whole number from ${min} to ${max}.`)
}
