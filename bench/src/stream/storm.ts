import { get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { CommandProcess } from '../rig/command-process.js'
import { PER_SECOND } from './load.js'
import type { ClientCommands, Reconnected, ViewerSummary } from './processes/clients.js'
import type { StreamRig } from './rig.js'
import type { MeasuredServer } from './servers.js'

export interface StormFigures extends ViewerSummary {
  reconnected: Reconnected
  /** The slowest answer of `/healthz` from before the storm until its end; infinite when one failed. */
  healthMaxMs: number
  healthChecks: number
}

/**
 * Half of the viewers disconnect at once, miss some events, and reconnect at once with their cursors, while the other
 * half receives events as before. Of their runs a third ends while they are disconnected, a third while they
 * reconnect, and a third afterwards.
 */
export async function measureStorm(
  server: MeasuredServer,
  clients: CommandProcess<ClientCommands>,
  { runs, writer }: StreamRig,
  signal: AbortSignal,
): Promise<StormFigures> {
  const all = runs.map((_, nth) => nth)
  const half = Math.ceil(runs.length / 2)
  const [calm, stormy] = [all.slice(0, half), all.slice(half)]
  const third = (nth: number) => ({ only: stormy.filter((_, i) => i % 3 === nth) })

  await server.begin(calm, PER_SECOND)
  // Wait until no earlier event is in flight.
  await delay(SETTLE_MS, undefined, { signal })
  const health = watchHealth(server.port)
  await clients.call('disconnect', { only: stormy })
  await writer.call('write', { only: stormy, times: MISSED })
  await writer.call('end', third(0))
  const returning = clients.call('reconnect', { only: stormy, timeoutMs: TIMEOUT_MS })
  await delay(MID_STORM_MS, undefined, { signal })
  await writer.call('end', third(1))
  const reconnected = await returning
  await delay(SETTLE_MS, undefined, { signal })
  await writer.call('end', third(2))
  const summary = await clients.call('summarize', { only: stormy, timeoutMs: TIMEOUT_MS })
  const answers = await health.stop()
  await server.halt()
  return { ...summary, reconnected, healthMaxMs: Math.max(...answers), healthChecks: answers.length }
}

/** Requests `/healthz` every 100 ms, each time on a new connection, also while earlier requests are pending. */
function watchHealth(port: number): { stop(): Promise<number[]> } {
  const answers: Promise<number>[] = []
  const clock = setInterval(() => answers.push(askHealth(port)), 100)
  return {
    stop() {
      clearInterval(clock)
      return Promise.all(answers)
    },
  }
}

/** @returns the response time in milliseconds; infinite when the request failed */
function askHealth(port: number): Promise<number> {
  const from = performance.now()
  return new Promise((resolve) => {
    const request = get(
      { port, host: '127.0.0.1', path: '/healthz', agent: false, timeout: 10_000 },
      (answer) => {
        answer.resume()
        answer.on('end', () =>
          resolve(answer.statusCode === 200 ? performance.now() - from : Number.POSITIVE_INFINITY),
        )
      },
    )
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(Number.POSITIVE_INFINITY))
  })
}

const SETTLE_MS = 1500
/** Events of each run while its viewers are disconnected. */
const MISSED = 10
const MID_STORM_MS = 100
/** Longest time until all have reconnected, and again until all have received their ending. */
const TIMEOUT_MS = 60_000
