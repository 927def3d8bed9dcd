import { UsageError } from '@espejo/tooling/options'
import { runDrift } from './drift/run-drift.js'
import { runKills } from './kills.js'
import { runLies } from './lies/run-lies.js'
import { readOptions } from './options.js'
import { RoundsBroken, runRounds } from './rounds.js'

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => stopping.abort(new Error(`Stopped by ${signal}.`)))
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options.what === 'kills') await runKills(options, stopping.signal)
  else if (options.what === 'drift') await runDrift(options, stopping.signal)
  else if (options.what === 'lies') await runLies(options, 'any', stopping.signal)
  else if (options.what === 'by-id-lies') await runLies(options, 'by-id', stopping.signal)
  else await runRounds(options, stopping.signal)
  if (stopping.signal.aborted) {
    process.stderr.write('Stopped before the end.\n')
    process.exitCode = 130
  }
} catch (error) {
  const isExpected = error instanceof UsageError || error instanceof RoundsBroken
  process.stderr.write(`${isExpected ? error.message : errorText(error)}\n`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
