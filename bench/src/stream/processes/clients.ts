import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { serveCommands } from '../../rig/command-process.js'
import { monotonicMs } from '../clock.js'
import { LatencyHistogram } from '../latency-histogram.js'
import type { SeededRun } from '../seeded-run.js'
import { ViewerClient } from '../viewer-client.js'

/** All viewer clients of one server. Runs are identified by their index in `connect`. */
const commands = {
  /** Connects `ofRun` viewers of each run, some at a time. */
  async connect({ port, runs, ofRun }: { port: number; runs: SeededRun[]; ofRun: number }) {
    byRun = runs.map((run) => Array.from({ length: ofRun }, () => new ViewerClient({ port, ...run }, hooks)))
    const waiting = byRun.flat()
    const next = async (): Promise<void> => {
      for (let viewer = waiting.pop(); viewer; viewer = waiting.pop()) await viewer.open()
    }
    await Promise.all(Array.from({ length: 64 }, next))
  },
  /** Counts and times the events of the next `seconds`. */
  async observe({ seconds }: { seconds: number }): Promise<Observed> {
    const loop = monitorEventLoopDelay({ resolution: 10 })
    loop.enable()
    const window = { latencies: new LatencyHistogram(), frames: 0, bytes: 0 }
    observed = window
    const from = monotonicMs()
    await delay(seconds * 1000)
    observed = null
    loop.disable()
    const { latencies, frames, bytes } = window
    return {
      seconds: (monotonicMs() - from) / 1000,
      frames,
      bytes,
      p50Ms: latencies.percentile(0.5),
      p99Ms: latencies.percentile(0.99),
      maxMs: latencies.max,
      clientLagP99Ms: loop.percentile(99) / 1e6 - 10,
    }
  },
  /** Stops reading in `ofRun` viewers of each of these runs. */
  stall({ only, ofRun }: { only: number[]; ofRun: number }) {
    for (const viewers of select(only)) for (const viewer of viewers.slice(0, ofRun)) viewer.stall()
  },
  /** Disconnects all viewers of these runs at once. */
  disconnect({ only }: { only: number[] }) {
    for (const viewer of select(only).flat()) viewer.disconnect()
  },
  /**
   * Reconnects all of them at once, each with its cursor. A rejected one tries again, as clients do. Waits for
   * `timeoutMs` at most.
   */
  async reconnect({ only, timeoutMs }: { only: number[]; timeoutMs: number }): Promise<Reconnected> {
    const from = monotonicMs()
    const backAfter: number[] = []
    let retries = 0
    const returnOf = async (viewer: ViewerClient): Promise<void> => {
      while (monotonicMs() - from < timeoutMs) {
        try {
          await viewer.open()
          backAfter.push(monotonicMs() - from)
          return
        } catch {
          retries += 1
          await delay(250 + Math.random() * 500)
        }
      }
    }
    const viewers = select(only).flat()
    await Promise.race([Promise.all(viewers.map(returnOf)), delay(timeoutMs)])
    // Times are pushed as they occur, so that the list is sorted.
    return {
      retries,
      halfMs: backAfter[Math.ceil(viewers.length / 2) - 1] ?? null,
      lastMs: backAfter[viewers.length - 1] ?? null,
      back: backAfter.length,
    }
  },
  /** Counts of these viewers, once all have received their ending or `timeoutMs` have passed. */
  async summarize({ only, timeoutMs }: { only: number[]; timeoutMs: number }): Promise<ViewerSummary> {
    const viewers = select(only).flat()
    const until = monotonicMs() + timeoutMs
    while (viewers.some(({ isEnded }) => !isEnded) && monotonicMs() < until) await delay(50)
    return {
      viewers: viewers.length,
      withoutEnding: viewers.filter(({ isEnded }) => !isEnded).length,
      repeats: sum(viewers, ({ repeats }) => repeats),
      resets: sum(viewers, ({ resets }) => resets),
      starts: sum(viewers, ({ starts }) => starts),
      mostFrames: Math.max(...viewers.map(({ frames }) => frames)),
    }
  },
}

export type ClientCommands = typeof commands

export interface Observed {
  seconds: number
  frames: number
  bytes: number
  /** From the stamp to here. */
  p50Ms: number
  p99Ms: number
  maxMs: number
  /** Timer delay in this process: part of every latency and not caused by the server. */
  clientLagP99Ms: number
}

export interface Reconnected {
  /** Viewers that reconnected in time. */
  back: number
  retries: number
  /** When half of the viewers, and all of them, had reconnected. Null: not in time. */
  halfMs: number | null
  lastMs: number | null
}

export interface ViewerSummary {
  viewers: number
  withoutEnding: number
  /** Of all connections. */
  repeats: number
  resets: number
  /** Of the last connection of each. */
  starts: number
  mostFrames: number
}

let byRun: ViewerClient[][] = []
let observed: { latencies: LatencyHistogram; frames: number; bytes: number } | null = null

const hooks = {
  onEvent({ at }: { at: number }) {
    if (!observed || Number.isNaN(at)) return
    observed.frames += 1
    observed.latencies.add(monotonicMs() - at)
  },
  onBytes(bytes: number) {
    if (observed) observed.bytes += bytes
  },
}

serveCommands(commands)

function select(only: readonly number[]): ViewerClient[][] {
  return only.map((run) => byRun[run] ?? [])
}

function sum(viewers: readonly ViewerClient[], of: (viewer: ViewerClient) => number): number {
  return viewers.reduce((total, viewer) => total + of(viewer), 0)
}
