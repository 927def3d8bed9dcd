import { setTimeout as delay } from 'node:timers/promises'
import { type CommandProcess, startCommandProcess } from '../rig/command-process.js'
import type { StreamBenchOptions } from './options.js'
import type { ClientCommands, Observed } from './processes/clients.js'
import type { StreamRig } from './rig.js'
import type { SeededRun } from './seeded-run.js'
import type { MeasuredServer } from './servers.js'

/** Events of each run in a second. */
export const PER_SECOND = 4

export interface LoadFigures extends Observed {
  viewers: number
  /** Resident memory of the server, in bytes: warm but without viewers, with all of them and garbage collected. */
  rssBefore: number
  rssConnected: number
  /** Objects and buffers that all viewers added, in bytes, after a garbage collection. */
  heldBytes: number
  /** Highest resident memory under load, garbage included. */
  rssPeak: number
  cpuSeconds: number
}

/** Measures what viewers cost a server, in the same way for every server. */
export async function measureLoad(
  server: MeasuredServer,
  clients: CommandProcess<ClientCommands>,
  { runs }: StreamRig,
  { viewers, seconds }: StreamBenchOptions,
  signal: AbortSignal,
): Promise<LoadFigures> {
  const all = runs.map((_, nth) => nth)
  await warmUp(server, runs, signal)
  const before = await server.probe.call('settledSample', undefined)
  await clients.call('connect', { port: server.port, runs, ofRun: viewers / runs.length })
  const connected = await server.probe.call('settledSample', undefined)
  await server.begin(all, PER_SECOND)
  await delay(SETTLE_MS, undefined, { signal })
  const window = await observe(server, clients, seconds)
  return {
    viewers,
    rssBefore: before.rssBytes,
    rssConnected: connected.rssBytes,
    heldBytes: connected.heldBytes - before.heldBytes,
    ...window,
  }
}

/** Measures a window of the load: the viewers' latencies and the server's memory and processor time. */
export async function observe(
  server: MeasuredServer,
  clients: CommandProcess<ClientCommands>,
  seconds: number,
): Promise<Observed & { rssPeak: number; cpuSeconds: number }> {
  const from = await server.probe.call('sample', undefined)
  let rssPeak = from.rssBytes
  const watching = setInterval(() => {
    server.probe.call('sample', undefined).then(
      ({ rssBytes }) => {
        rssPeak = Math.max(rssPeak, rssBytes)
      },
      () => undefined,
    )
  }, RSS_MS)
  try {
    const observed = await clients.call('observe', { seconds })
    const to = await server.probe.call('sample', undefined)
    return { ...observed, rssPeak, cpuSeconds: to.cpuSeconds - from.cpuSeconds }
  } finally {
    clearInterval(watching)
  }
}

/** Runs the code once before, or its memory would be counted as the viewers'. */
async function warmUp(
  server: MeasuredServer,
  runs: readonly SeededRun[],
  signal: AbortSignal,
): Promise<void> {
  const clients = startClients(signal)
  try {
    const few = runs.slice(0, 20)
    await clients.call('connect', { port: server.port, runs: few, ofRun: 5 })
    await server.begin(
      few.map((_, nth) => nth),
      20,
    )
    await delay(WARM_UP_MS, undefined, { signal })
    await server.halt()
  } finally {
    await clients.stop()
  }
}

export function startClients(signal: AbortSignal): CommandProcess<ClientCommands> {
  return startCommandProcess<ClientCommands>(new URL('processes/clients.js', import.meta.url), signal)
}

const WARM_UP_MS = 3000
const SETTLE_MS = 3000
const RSS_MS = 250
