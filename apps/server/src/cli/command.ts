import type { ParseArgsConfig } from 'node:util'
import type { Pool } from '../db/pool.js'

/** The arguments are wrong (exit code 2). The message is one line. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** The command cannot be done (exit code 1). The message is one line that says why. */
export class CommandError extends Error {
  override name = 'CommandError'
}

export interface Command {
  /** For example `tenants create`. */
  name: string
  summary: string
  /** The options, as in `--help`. */
  usage: string
  options: NonNullable<ParseArgsConfig['options']>
  run(input: CommandInput): Promise<CommandResult>
}

export interface CommandInput {
  values: Readonly<Record<string, unknown>>
  /** Standard input, to its end. */
  readStdin(): Promise<string>
  /** Opens the database; only after the arguments were checked. */
  openPool(): Promise<Pool>
}

interface CommandResult {
  /** Printed with `--json`. */
  json: unknown
  /** Printed without it, one line each. */
  lines: readonly string[]
}
