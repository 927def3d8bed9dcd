import { createPool } from '@espejo/server/db/pool'
import { createWakeups } from '@espejo/server/stream/wakeups'
import { serveCommands } from '../../rig/command-process.js'
import { monotonicMs } from '../clock.js'
import { createPacer, PACE_MS } from '../pacer.js'
import type { SeededRun } from '../seeded-run.js'
import { progressJson } from '../sse-text.js'

/**
 * Replaces the workers of all runs, as if on another node: it commits their events to the log and touches the runs.
 * Events that are due together are committed in one statement (see `rig.ts`); workers would use a transaction per
 * page, but their cost is not measured here.
 */
const commands = {
  open({ databaseUrl, runs }: { databaseUrl: string; runs: SeededRun[] }) {
    opened = open(databaseUrl, runs)
  },
  /** Writes `perSecond` events of each run until `halt`; replaces the previous `begin`. */
  begin({ only, perSecond }: { only: number[]; perSecond: number }) {
    clearInterval(clock)
    const takeDue = createPacer(only.length, perSecond, monotonicMs())
    clock = setInterval(() => {
      const due = takeDue(monotonicMs()).map((nth) => only[nth] ?? 0)
      if (due.length > 0) append(due, 'progress').catch(fail)
    }, PACE_MS)
  },
  async halt() {
    clearInterval(clock)
    await last
  },
  /** Pads the progress events of these runs, and of no others. */
  pad({ only, bytes }: { only: number[]; bytes: number }) {
    padded = new Set(only)
    padding = 'x'.repeat(bytes)
  },
  /** Writes `times` events of each run at once. */
  async write({ only, times }: { only: number[]; times: number }) {
    for (let i = 0; i < times; i++) await append(only, 'progress')
  },
  /** Ends these runs. */
  end: ({ only }: { only: number[] }) => append(only, 'complete'),
}

export type WriterCommands = typeof commands

type Opened = ReturnType<typeof open>
let opened: Opened | undefined
let clock: NodeJS.Timeout | undefined
let last: Promise<void> = Promise.resolve()
let padded: ReadonlySet<number> = new Set()
let padding = ''
let page = 0

serveCommands(commands)

function open(databaseUrl: string, runs: SeededRun[]) {
  const pool = createPool(databaseUrl, { max: 2, name: 'bench writer', onError: fail })
  const wakeups = createWakeups({ pool, listenTo: databaseUrl, onError: fail })
  return { pool, wakeups, runs }
}

/** Executes one statement at a time, each its own commit. Timestamps are taken just before, so that latencies include the commit. */
function append(only: number[], event: 'progress' | 'complete'): Promise<void> {
  last = last.then(async () => {
    if (!opened) throw new Error('The writer is not open.')
    const { pool, wakeups, runs } = opened
    const written = only.flatMap((nth) => runs[nth] ?? [])
    page += 1
    await pool.query('SELECT bench.append($1, $2, $3, $4)', [
      written.map(({ tenantId }) => tenantId),
      written.map(({ runId }) => runId),
      event,
      only.map((nth) => progressJson(page, padded.has(nth) ? padding : '')),
    ])
    for (const { runId } of written) wakeups.touch(runId)
  })
  return last
}

/** Ends the process: without the writer there is nothing to measure. */
function fail(error: Error): never {
  throw error
}
