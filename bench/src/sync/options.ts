import { flag, readOptions as parse, wholeNumber } from '@espejo/tooling/options'

export interface SyncBenchOptions {
  products: number
  /** How often everything is measured. The report has the medians. */
  rounds: number
  /** Products of the row-by-row baseline, at most `products`. */
  sample: number
  /** Compares the worker's memory over two catalogues instead of speed. */
  memory: boolean
}

/** @throws UsageError that names the option and its range */
export function readOptions(args: readonly string[]): SyncBenchOptions {
  const options = parse('sync', args, {
    products: wholeNumber({ default: 100_000, max: 99_999_999 }),
    rounds: wholeNumber({ default: 3 }),
    sample: wholeNumber({ default: 5000 }),
    memory: flag,
  })
  return { ...options, sample: Math.min(options.sample, options.products) }
}
