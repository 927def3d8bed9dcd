import { parseArgs } from 'node:util'
import type { Pool } from '../db/pool.js'
import { type Command, UsageError } from './command.js'

/**
 * Finds the command that `args` begin with, runs it, and returns what to print on standard output.
 * @throws {@link UsageError}, `CommandError` and others
 */
export async function runCommand(
  commands: readonly Command[],
  args: readonly string[],
  io: { readStdin(): Promise<string>; openPool(): Promise<Pool> },
): Promise<string> {
  if (args.length === 0 || args.includes('--help')) return helpOf(commands)
  const command = commands.find(({ name }) => name === args.slice(0, name.split(' ').length).join(' '))
  if (!command) {
    throw new UsageError(`Unknown command. Commands: ${commands.map(({ name }) => name).join(', ')}.`)
  }
  const { json, ...values } = parseOptions(command, args.slice(command.name.split(' ').length))
  const result = await command.run({ values, ...io })
  return json === true ? `${JSON.stringify(result.json)}\n` : result.lines.map((line) => `${line}\n`).join('')
}

function parseOptions({ name, usage, options }: Command, args: readonly string[]): Record<string, unknown> {
  try {
    return parseArgs({ args: [...args], options: { ...options, json: { type: 'boolean' } } }).values
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('. ')[0] : 'not understood'
    throw new UsageError(`${name}: ${reason}. Usage: ${name} ${usage} [--json]`, { cause })
  }
}

function helpOf(commands: readonly Command[]): string {
  const texts = commands.map(({ name, usage, summary }) =>
    `  ${name} ${usage}`.trimEnd().concat(`\n      ${summary}\n`),
  )
  return `Commands, each with --json; exit code 0: done, 1: failed, 2: wrong arguments.\n\n${texts.join('')}`
}
