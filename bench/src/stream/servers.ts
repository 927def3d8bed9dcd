import type { CommandProcess } from '../rig/command-process.js'
import { ADDRESS, startEspejo, startProbed } from '../rig/probed-server.js'
import type { ProbeCommands } from '../rig/processes/probe.js'
import type { BaselineCommands } from './processes/baseline-server.js'
import type { StreamRig } from './rig.js'

/** The measured servers, in this order. */
export const SERVERS = { bare: 'bare http', betterSse: 'better-sse', espejo: 'espejo' } as const
export type ServerName = keyof typeof SERVERS

/** A server in a fresh process. */
export interface MeasuredServer {
  port: number
  probe: CommandProcess<ProbeCommands>
  /** Starts `perSecond` events of each of these runs; stops those of the previous call. */
  begin(only: number[], perSecond: number): Promise<void>
  halt(): Promise<void>
  stop(): Promise<void>
}

export async function startServer(
  who: ServerName,
  rig: StreamRig,
  signal: AbortSignal,
): Promise<MeasuredServer> {
  return who === 'espejo' ? startApi(rig, signal) : startBaseline(BASELINES[who], rig, signal)
}

const BASELINES = { bare: 'processes/bare-http.js', betterSse: 'processes/better-sse.js' }

async function startApi(
  { database, secretKey, writer }: StreamRig,
  signal: AbortSignal,
): Promise<MeasuredServer> {
  const environment = { ESPEJO_ROLE: 'api', ESPEJO_SECRET_KEY: secretKey } as const
  const { child, match } = await startEspejo(database, environment, signal)
  return {
    port: Number(match[1]),
    probe: child,
    begin: (only, perSecond) => writer.call('begin', { only, perSecond }),
    halt: () => writer.call('halt', undefined),
    stop: child.stop,
  }
}

async function startBaseline(
  module: string,
  { runs }: StreamRig,
  signal: AbortSignal,
): Promise<MeasuredServer> {
  const url = new URL(module, import.meta.url)
  const { child, match } = await startProbed<ProbeCommands & BaselineCommands>(url, {}, ADDRESS, signal)
  return {
    port: Number(match[1]),
    probe: child,
    begin: (only, perSecond) =>
      child.call('begin', { runIds: only.flatMap((nth) => runs[nth]?.runId ?? []), perSecond }),
    halt: () => child.call('halt', undefined),
    stop: child.stop,
  }
}
