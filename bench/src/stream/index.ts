import type { Bench } from '../bench.js'
import type { Agent } from '../rig/command-process.js'
import { machineLine } from '../rig/machine.js'
import { formatNumber } from '../rig/table.js'
import { CONTESTANTS, type Contestant, type MeasuredServer, startContestant } from './servers.js'
import { measureLoad, PER_SECOND, startCrowd } from './load.js'
import { readOptions, type StreamBenchOptions } from './options.js'
import type { CrowdCommands } from './processes/clients.js'
import { loadTable, stormLine, verdictsTable } from './report.js'
import { type StreamRig, startRig } from './rig.js'
import { measureStalled } from './stalled.js'
import { measureStorm } from './storm.js'
import { judge, type StreamFigures } from './targets.js'

/** What viewers cost, and what they get, beside a bare writer and another library. */
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
  const underLoad = (who: Contestant) =>
    withViewers(who, rig, signal, (server, crowd) => measureLoad(server, crowd, rig, options, signal))
  const bare = await underLoad('bare')
  const betterSse = await underLoad('betterSse')
  return withViewers('espejo', rig, signal, async (server, crowd) => {
    const espejo = await measureLoad(server, crowd, rig, options, signal)
    tell('a hundred viewers that read nothing')
    const stalled = await measureStalled(server, crowd, rig, signal)
    tell('half of the viewers reconnect at once')
    const storm = await measureStorm(server, crowd, rig, signal)
    return { load: { bare, betterSse, espejo }, stalled, storm }
  })
}

/** A contestant and its viewers, each in a fresh process. */
async function withViewers<T>(
  who: Contestant,
  rig: StreamRig,
  signal: AbortSignal,
  work: (server: MeasuredServer, crowd: Agent<CrowdCommands>) => Promise<T>,
): Promise<T> {
  tell(`${CONTESTANTS[who]} under load`)
  const server = await startContestant(who, rig, signal)
  const crowd = startCrowd(signal)
  try {
    return await work(server, crowd)
  } finally {
    await server.halt().catch(() => undefined)
    await crowd.stop()
    await server.stop()
  }
}

function tell(what: string): void {
  process.stderr.write(`stream: ${what}\n`)
}

function print(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}
