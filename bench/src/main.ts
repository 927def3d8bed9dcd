import { writeFileSync } from 'node:fs'
import { UsageError } from '@espejo/tooling/options'
import type { Bench } from './bench.js'
import { fairness } from './fairness/index.js'
import { latency } from './latency/index.js'
import { machineFacts } from './rig/machine.js'
import { stream } from './stream/index.js'
import { sync } from './sync/index.js'

/** Every benchmark by its name. */
const BENCHES: Readonly<Record<string, Bench>> = { sync, latency, fairness, stream }

await main(process.argv.slice(2))

/** `[name] [--json FILE] [options of the bench]`; without a name all of them run, one after the other. */
async function main(args: string[]): Promise<void> {
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stopping.abort(new Error(`Stopped by ${signal}.`)))
  }
  try {
    const { benches, options, jsonFile } = readArguments(args)
    const results: Record<string, object> = {}
    for (const [name, bench] of benches) results[name] = await bench.run(options, stopping.signal)
    if (jsonFile !== undefined) {
      const report = { at: new Date().toISOString(), machine: machineFacts(), results }
      writeFileSync(jsonFile, `${JSON.stringify(report, null, 2)}\n`)
    }
  } catch (error) {
    if (error instanceof UsageError) fail(2, error.message)
    else if (stopping.signal.aborted) fail(130, 'Stopped.')
    else throw error
  }
}

function readArguments(args: readonly string[]) {
  const [first, ...others] = args
  const name = first?.startsWith('-') ? undefined : first
  const rest = name === undefined ? [...args] : others
  const at = rest.indexOf('--json')
  const [, jsonFile] = at < 0 ? [] : rest.splice(at, 2)
  if (at >= 0 && jsonFile === undefined) throw new UsageError('--json needs the name of a file.')
  return { benches: select(name), options: rest, jsonFile }
}

function select(name: string | undefined): [string, Bench][] {
  if (name === undefined) return Object.entries(BENCHES)
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined
  if (bench) return [[name, bench]]
  throw new UsageError(`There is no bench "${name}". There is: ${Object.keys(BENCHES).join(', ')}.`)
}

function fail(code: number, message: string): void {
  process.stderr.write(`${message}\n`)
  process.exitCode = code
}
