import { readOptions as parse, UsageError, wholeNumber } from '@espejo/tooling/options'

export interface StreamBenchOptions {
  viewers: number
  /** Each of a tenant of its own: a tenant has one active run at a time. */
  runs: number
  /** Length of each measured window. */
  seconds: number
}

/** @throws {@link UsageError} that names the option and its range */
export function readOptions(args: readonly string[]): StreamBenchOptions {
  const options = parse('stream', args, {
    viewers: wholeNumber({ default: 10_000, min: 100, max: 12_000 }),
    runs: wholeNumber({ default: 200, min: 20, max: 2000 }),
    seconds: wholeNumber({ default: 20, max: 600 }),
  })
  const viewersPerRun = options.viewers / options.runs
  if (!Number.isInteger(viewersPerRun))
    throw new UsageError('stream: --viewers must be a multiple of --runs.')
  if (viewersPerRun > 200) throw new UsageError('stream: a run may have at most 200 viewers.')
  return options
}
