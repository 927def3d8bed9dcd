import type { Bench } from '../bench.js'
import type { CommandProcess } from '../rig/command-process.js'
import { machineLine } from '../rig/machine.js'
import { formatNumber } from '../rig/table.js'
import { measureLoad, PER_SECOND, startClients } from './load.js'
import { readOptions, type StreamBenchOptions } from './options.js'
import type { ClientCommands } from './processes/clients.js'
import { loadTable, stormLine, verdictsTable } from './report.js'
import { type StreamRig, startRig } from './rig.js'
import { type MeasuredServer, SERVERS, type ServerName, startServer } from './servers.js'
import { measureStalled } from './stalled.js'
import { measureStorm } from './storm.js'
import { judge, type StreamFigures } from './targets.js'

/** Cost and delivery delay of viewers, beside a plain HTTP server and another library. */
export const stream: Bench = {
  async run(args, signal) {
    const options = readOptions(args)
    const rig = await startRig(options.runs, signal)
    try {
      const figures = await measure(rig, options, signal)
      const verdicts = judge(figures)
      const { version } = rig.database
      print(
        `stream: ${formatNumber(options.viewers)} viewers of ${formatNumber(options.runs)} runs, ${PER_SECOND} events a second each, for ${options.seconds} s`,
        machineLine(version),
        '',
        loadTable(figures.load),
        '',
        stormLine(figures.storm),
        '',
        verdictsTable(verdicts),
      )
      return { ...options, perSecond: PER_SECOND, postgres: version, ...figures, verdicts }
    } finally {
      await rig.stop()
    }
  },
}

async function measure(
  rig: StreamRig,
  options: StreamBenchOptions,
  signal: AbortSignal,
): Promise<StreamFigures> {
  const underLoad = (who: ServerName) =>
    withViewers(who, rig, signal, (server, clients) => measureLoad(server, clients, rig, options, signal))
  const bare = await underLoad('bare')
  const betterSse = await underLoad('betterSse')
  return withViewers('espejo', rig, signal, async (server, clients) => {
    const espejo = await measureLoad(server, clients, rig, options, signal)
    logProgress('a hundred viewers that read nothing')
    const stalled = await measureStalled(server, clients, rig, signal)
    logProgress('half of the viewers reconnect at once')
    const storm = await measureStorm(server, clients, rig, signal)
    return { load: { bare, betterSse, espejo }, stalled, storm }
  })
}

/** Starts a server and its viewer clients, each in a fresh process. */
async function withViewers<T>(
  who: ServerName,
  rig: StreamRig,
  signal: AbortSignal,
  work: (server: MeasuredServer, clients: CommandProcess<ClientCommands>) => Promise<T>,
): Promise<T> {
  logProgress(`${SERVERS[who]} under load`)
  const server = await startServer(who, rig, signal)
  const clients = startClients(signal)
  try {
    return await work(server, clients)
  } finally {
    await server.halt().catch(() => undefined)
    await clients.stop()
    await server.stop()
  }
}

function logProgress(what: string): void {
  process.stderr.write(`stream: ${what}\n`)
}

function print(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}
