import { parseArgs } from 'node:util'
import { UsageError } from '../bench.js'

export interface SyncBenchOptions {
  products: number
  /** How often everything is measured; the median is told. */
  rounds: number
  /** Products that the row-by-row baseline goes through, at most all of them. */
  sample: number
  /** Compare the worker's memory over catalogues instead. */
  memory: boolean
}

/** @throws {@link UsageError} that names the option and what it may be */
export function readOptions(args: readonly string[]): SyncBenchOptions {
  const values = parse(args)
  const products = count('--products', values.products ?? '100000')
  return {
    products,
    rounds: count('--rounds', values.rounds ?? '3'),
    sample: Math.min(count('--sample', values.sample ?? '5000'), products),
    memory: values.memory ?? false,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        products: { type: 'string' },
        rounds: { type: 'string' },
        sample: { type: 'string' },
        memory: { type: 'boolean' },
      },
    }).values
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('. ')[0] : 'not understood'
    throw new UsageError(`sync: ${reason}. Options: --products N, --rounds N, --sample N, --memory.`, {
      cause,
    })
  }
}

function count(option: string, text: string): number {
  if (!/^[1-9]\d{0,7}$/.test(text)) throw new UsageError(`sync: ${option} is a whole number from 1 on.`)
  return Number(text)
}
