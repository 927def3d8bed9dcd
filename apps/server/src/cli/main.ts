#!/usr/bin/env node
import { text } from 'node:stream/consumers'
import { ConfigError, parseConfig } from '../app/config.js'
import { readEnvironment } from '../app/env.js'
import { startWithCleanup } from '../app/lifecycle.js'
import { StartError } from '../app/open-database.js'
import { EmbeddedPostgresError } from '../db/embedded/index.js'
import { accountCommands } from './account-commands.js'
import { CommandError, UsageError } from './command.js'
import { openPool } from './open-pool.js'
import { runCommand } from './run-command.js'

/** The composition of the command line: settings, database, commands. */
const args = process.argv.slice(2)
try {
  const { started: output, stop } = await startWithCleanup((onStop) =>
    runCommand(accountCommands, args, {
      readStdin: () => text(process.stdin),
      openPool: () => openPool(parseConfig(readEnvironment()), onStop),
    }),
  )
  await stop()
  process.stdout.write(output)
} catch (error) {
  const isExpected = [UsageError, CommandError, ConfigError, StartError, EmbeddedPostgresError].some(
    (expected) => error instanceof expected,
  )
  if (!isExpected) throw error
  process.stderr.write(`espejo: ${(error as Error).message}\n`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
