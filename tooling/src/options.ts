import { parseArgs } from 'node:util'

/** The command line is invalid. The message is one line that says what is allowed. */
export class UsageError extends Error {
  override name = 'UsageError'
}

interface NumberOption {
  kind: 'number'
  min: number
  max: number
  default: number | undefined
}

type Option = NumberOption | { kind: 'flag' } | { kind: 'text' }

/** The values of a set of options: a number without default and a text may be undefined. */
type Values<Spec> = {
  [Name in keyof Spec]: Spec[Name] extends { kind: 'flag' }
    ? boolean
    : Spec[Name] extends { kind: 'text' }
      ? string | undefined
      : Spec[Name] extends { default: number }
        ? number
        : number | undefined
}

/** `--name N`: a whole number. @defaultValue of `min` 1, of `max` 999,999,999 */
export function wholeNumber<Default extends number | undefined = undefined>(
  options: { default?: Default; min?: number; max?: number } = {},
) {
  const { min = 1, max = 999_999_999 } = options
  return { kind: 'number', min, max, default: options.default as Default } as const
}

/** `--name`: true when given. */
export const flag = { kind: 'flag' } as const

/** `--name TEXT`. */
export const text = { kind: 'text' } as const

/**
 * Parses the options of a command.
 *
 * @param command prefix of error messages
 * @param spec every option by its name: {@link wholeNumber}, {@link flag} or {@link text}
 * @throws {@link UsageError} for an unknown option, a missing value, or a number out of range
 */
export function readOptions<const Spec extends Readonly<Record<string, Option>>>(
  command: string,
  args: readonly string[],
  spec: Spec,
): Values<Spec> {
  const given = parse(command, args, spec)
  const read = ([name, option]: [string, Option]) => {
    const value = given[name]
    if (option.kind === 'flag') return [name, value === true]
    if (option.kind === 'text') return [name, value]
    return [name, value === undefined ? option.default : readNumber(command, name, String(value), option)]
  }
  return Object.fromEntries(Object.entries(spec).map(read)) as Values<Spec>
}

function parse(command: string, args: readonly string[], spec: Readonly<Record<string, Option>>) {
  const options = Object.fromEntries(
    Object.entries(spec).map(([name, { kind }]) => [
      name,
      { type: kind === 'flag' ? ('boolean' as const) : ('string' as const) },
    ]),
  )
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('. ')[0] : 'not understood'
    throw new UsageError(`${command}: ${reason}. Options: ${describe(spec)}.`, { cause })
  }
}

function describe(spec: Readonly<Record<string, Option>>): string {
  const placeholder = { number: ' N', text: ' TEXT', flag: '' }
  return Object.entries(spec)
    .map(([name, { kind }]) => `--${name}${placeholder[kind]}`)
    .join(', ')
}

function readNumber(command: string, name: string, value: string, { min, max }: NumberOption): number {
  const number = Number(value)
  if (/^\d{1,9}$/.test(value) && number >= min && number <= max) return number
  throw new UsageError(`${command}: --${name} is a whole number from ${min} to ${max}, not "${value}".`)
}
