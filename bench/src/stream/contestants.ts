import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { type Agent, startAgent } from './agent.js'
import type { BaselineCommands } from './processes/baseline-server.js'
import type { ProbeCommands } from './processes/probe.js'
import type { StreamRig } from './rig.js'

/** Who is measured, in this order. */
export const CONTESTANTS = { bare: 'bare http', betterSse: 'better-sse', espejo: 'espejo' } as const
export type Contestant = keyof typeof CONTESTANTS

/** A server in a fresh process. */
export interface MeasuredServer {
  port: number
  probe: Agent<ProbeCommands>
  /** Events of these runs begin to come, `perSecond` of each; in place of those that came before. */
  begin(only: number[], perSecond: number): Promise<void>
  halt(): Promise<void>
  stop(): Promise<void>
}

export async function startContestant(
  who: Contestant,
  rig: StreamRig,
  signal: AbortSignal,
): Promise<MeasuredServer> {
  return who === 'espejo' ? startEspejo(rig, signal) : startBaseline(BASELINES[who], rig, signal)
}

const BASELINES = { bare: 'processes/bare-http.js', betterSse: 'processes/better-sse.js' }

/** The API process as an operator starts it, with nothing left out or replaced. */
async function startEspejo(
  { database, secretKey, writer }: StreamRig,
  signal: AbortSignal,
): Promise<MeasuredServer> {
  const main = new URL('../main.js', import.meta.resolve('@espejo/server/db/pool'))
  const env = {
    ESPEJO_ROLE: 'api',
    DATABASE_URL: database.url,
    ESPEJO_SECRET_KEY: secretKey,
    ESPEJO_DEMO: '0',
    PORT: '0',
    LOG_LEVEL: 'warn',
    NODE_ENV: 'production',
  }
  const { agent, port } = await startServer<ProbeCommands>(main, signal, env)
  return {
    port,
    probe: agent,
    begin: (only, perSecond) => writer.call('begin', { only, perSecond }),
    halt: () => writer.call('halt', undefined),
    stop: agent.stop,
  }
}

async function startBaseline(
  module: string,
  { runs }: StreamRig,
  signal: AbortSignal,
): Promise<MeasuredServer> {
  const url = new URL(module, import.meta.url)
  const { agent, port } = await startServer<ProbeCommands & BaselineCommands>(url, signal, {})
  return {
    port,
    probe: agent,
    begin: (only, perSecond) =>
      agent.call('begin', { runIds: only.flatMap((nth) => runs[nth]?.runId ?? []), perSecond }),
    halt: () => agent.call('halt', undefined),
    stop: agent.stop,
  }
}

async function startServer<C extends ProbeCommands>(
  module: URL,
  signal: AbortSignal,
  env: NodeJS.ProcessEnv,
) {
  const probe = new URL('processes/probe.js', import.meta.url)
  const agent = startAgent<C>(module, signal, {
    env,
    execArgv: ['--expose-gc', '--import', probe.href],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const { stdout } = agent.process
  const port = stdout && (await firstPort(stdout))
  if (!port) throw new Error(`${module.pathname} ended before it told its address.`)
  return { agent, port }
}

/** Each tells its address in one of its first lines. */
async function firstPort(output: Readable): Promise<number | null> {
  for await (const line of createInterface({ input: output })) {
    const port = /http:\/\/[^\s/]+:(\d+)/.exec(line)?.[1]
    if (port !== undefined) {
      output.resume()
      return Number(port)
    }
  }
  return null
}
