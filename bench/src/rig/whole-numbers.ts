import { parseArgs } from 'node:util'
import { UsageError } from '../bench.js'

/**
 * Reads options that are all whole numbers from 1 on: `--products 5000`.
 *
 * @param defaults every option by its name, with its value where it is not given
 * @throws {@link UsageError} that names the option and what it may be
 */
export function readWholeNumbers<Name extends string>(
  bench: string,
  args: readonly string[],
  defaults: Readonly<Record<Name, number>>,
): Record<Name, number> {
  const names = Object.keys(defaults) as Name[]
  const values = parse(bench, args, names)
  const read = (name: Name) => {
    const text = values[name]
    if (text === undefined) return defaults[name]
    if (typeof text === 'string' && /^[1-9]\d{0,6}$/.test(text)) return Number(text)
    throw new UsageError(`${bench}: --${name} is a whole number from 1 to 9999999.`)
  }
  return Object.fromEntries(names.map((name) => [name, read(name)])) as Record<Name, number>
}

function parse(bench: string, args: readonly string[], names: readonly string[]) {
  try {
    const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]))
    return parseArgs({ args: [...args], options }).values
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('. ')[0] : 'not understood'
    const known = names.map((name) => `--${name} N`).join(', ')
    throw new UsageError(`${bench}: ${reason}. Options: ${known}.`, { cause })
  }
}
