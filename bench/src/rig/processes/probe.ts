import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { serveCommands } from '../command-process.js'

/**
 * Preloaded into every measured server (`--import`), so that all are measured in the same way and without changes.
 * Needs `--expose-gc`.
 */
const commands = {
  /** Memory and processor time of this process, all its threads together, as they are. */
  sample(): Sample {
    const { rss, heapUsed, external } = process.memoryUsage()
    const { user, system } = process.cpuUsage()
    return { rssBytes: rss, heldBytes: heapUsed + external, cpuSeconds: (user + system) / 1e6 }
  },
  /** {@link commands.sample} after a garbage collection. */
  async settledSample(): Promise<Sample> {
    for (let i = 0; i < 3; i++) {
      gc?.()
      await delay(100)
    }
    return commands.sample()
  },
  /** Number of sockets with buffered bytes that the operating system has not accepted. */
  stuck(): number {
    return connections().filter(({ writableLength }) => writableLength > 0).length
  },
}

export type ProbeCommands = typeof commands

export interface Sample {
  rssBytes: number
  /** JavaScript objects and buffers. */
  heldBytes: number
  cpuSeconds: number
}

serveCommands(commands)

/** Node's own list: a second one would add memory for each viewer and distort the measurement. */
function connections(): Socket[] {
  const list: unknown = Reflect.get(process, '_getActiveHandles')
  const handles: unknown[] = typeof list === 'function' ? list.call(process) : []
  return handles.filter((handle): handle is Socket => handle instanceof Object && 'writableLength' in handle)
}
