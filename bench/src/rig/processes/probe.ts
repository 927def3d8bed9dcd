import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { serveCommands } from '../command-process.js'

/**
 * Preloaded into every server that is measured (`--import`), so that all of them are asked the same way
 * and none has to be changed for it. Needs `--expose-gc`.
 */
const commands = {
  /** Memory and processor time of this process, all its threads together, as they are. */
  sample(): Sample {
    const { rss, heapUsed, external } = process.memoryUsage()
    const { user, system } = process.cpuUsage()
    return { rssBytes: rss, heldBytes: heapUsed + external, cpuSeconds: (user + system) / 1e6 }
  },
  /** The same once garbage is collected. */
  async settledSample(): Promise<Sample> {
    for (let i = 0; i < 3; i++) {
      gc?.()
      await delay(100)
    }
    return commands.sample()
  },
  /** Connections that hold bytes which the operating system has not taken. */
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

/** Node's own list: to keep another one would cost memory for each viewer, which is what is measured. */
function connections(): Socket[] {
  const list: unknown = Reflect.get(process, '_getActiveHandles')
  const handles: unknown[] = typeof list === 'function' ? list.call(process) : []
  return handles.filter((handle): handle is Socket => handle instanceof Object && 'writableLength' in handle)
}
