import { setTimeout as delay } from 'node:timers/promises'
import type { CommandProcess } from '../rig/command-process.js'
import { observe, PER_SECOND } from './load.js'
import type { ClientCommands, Observed } from './processes/clients.js'
import type { StreamRig } from './rig.js'
import type { MeasuredServer } from './servers.js'

export interface StalledFigures {
  viewers: number
  /** Objects and buffers that the server holds for each, in bytes, after a garbage collection. */
  heldEach: number
  /** Figures of all other viewers meanwhile. */
  others: Observed
  /** Time from when all were stalled until all were disconnected; null: some never were. */
  cutAfterMs: number | null
}

/**
 * Measures a hundred viewers that read nothing, among all the others. First the kernel's buffers, some megabytes each,
 * must be full. Real progress would take an hour, so their runs' events are padded. From then on the server buffers for
 * them, until it disconnects them.
 */
export async function measureStalled(
  server: MeasuredServer,
  clients: CommandProcess<ClientCommands>,
  { runs, writer }: StreamRig,
  signal: AbortSignal,
): Promise<StalledFigures> {
  const all = runs.map((_, nth) => nth)
  const theirs = all.slice(0, STALLED / OF_RUN)
  const held = async () => {
    await server.halt()
    await delay(SETTLE_MS, undefined, { signal })
    return (await server.probe.call('settledSample', undefined)).heldBytes
  }
  const stuck = () => server.probe.call('stuck', undefined)

  const before = await held()
  await clients.call('stall', { only: theirs, ofRun: OF_RUN })
  await writer.call('pad', { only: theirs, bytes: PADDING })
  await server.begin(theirs, PER_SECOND)
  if (!(await until(async () => (await stuck()) >= STALLED, FILL_MS, signal))) {
    throw new Error(`Only ${await stuck()} of ${STALLED} connections that nobody reads are full.`)
  }
  const stuckAt = performance.now()
  await writer.call('pad', { only: [], bytes: 0 })
  await server.begin(all, PER_SECOND)
  const others = await observe(server, clients, OTHERS_SECONDS)
  const after = await held()
  const areCut = await until(async () => (await stuck()) === 0, CUT_MS, signal)
  return {
    viewers: STALLED,
    heldEach: (after - before) / STALLED,
    others,
    cutAfterMs: areCut ? performance.now() - stuckAt : null,
  }
}

async function until(holds: () => Promise<boolean>, withinMs: number, signal: AbortSignal): Promise<boolean> {
  for (const from = performance.now(); performance.now() - from < withinMs; ) {
    if (await holds()) return true
    await delay(250, undefined, { signal })
  }
  return false
}

const STALLED = 100
const OF_RUN = 5
/** Less than the target for a stalled viewer, for which the server holds one such event. */
const PADDING = 32 * 1024
const FILL_MS = 120_000
const SETTLE_MS = 1000
const OTHERS_SECONDS = 10
const CUT_MS = 60_000
