import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { type CommandProcess, startCommandProcess } from './command-process.js'
import type { BenchDatabase } from './database.js'
import type { ProbeCommands } from './processes/probe.js'

/** A server process with the probe preloaded. */
export interface Probed<C extends ProbeCommands = ProbeCommands> {
  child: CommandProcess<C>
  /** The match in the output line that says that it is ready. */
  match: RegExpExecArray
}

/** Starts Espejo as an operator does. */
export function startEspejo(
  { url }: Pick<BenchDatabase, 'url'>,
  environment: { ESPEJO_ROLE: 'api' | 'worker'; ESPEJO_SECRET_KEY: string; CIANBOX_BASE_URL?: string },
  signal: AbortSignal,
): Promise<Probed> {
  const main = new URL('../app/main.js', import.meta.resolve('@espejo/server/db/pool'))
  const env = {
    ...environment,
    DATABASE_URL: url,
    ESPEJO_DEMO: '0',
    PORT: '0',
    LOG_LEVEL: 'warn',
    NODE_ENV: 'production',
  }
  const isUp = environment.ESPEJO_ROLE === 'api' ? ADDRESS : /working on runs/
  return startProbed(main, env, isUp, signal)
}

/** The output line with a server's address; the port is the first group. */
export const ADDRESS = /http:\/\/[^\s/]+:(\d+)/

/**
 * Starts `module` with the probe preloaded, and waits until its output matches `isUp`.
 *
 * @throws when it ends before that
 */
export async function startProbed<C extends ProbeCommands>(
  module: URL,
  env: NodeJS.ProcessEnv,
  isUp: RegExp,
  signal: AbortSignal,
): Promise<Probed<C>> {
  const probe = new URL('processes/probe.js', import.meta.url)
  const child = startCommandProcess<C>(module, signal, {
    env,
    execArgv: ['--expose-gc', '--import', probe.href],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const { stdout } = child.process
  const match = stdout && (await firstLine(stdout, isUp))
  if (!match) throw new Error(`${module.pathname} ended before it said that it was up.`)
  return { child, match }
}

async function firstLine(output: Readable, wanted: RegExp): Promise<RegExpExecArray | null> {
  for await (const line of createInterface({ input: output })) {
    const found = wanted.exec(line)
    if (found) {
      output.resume()
      return found
    }
  }
  return null
}
