import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { waitFor } from '@espejo/tooling/until'

/** A worker process, started as in production. */
export interface Worker {
  readonly name: string
  readonly child: ChildProcess
  isUp(): boolean
  /** All that it has printed. */
  printed(): string
  signal(signal: NodeJS.Signals): void
  /** Sets the error of its clock while it runs. */
  setClockOffset(seconds: number): void
}

/** Worker processes on one database. Like a service manager, it replaces one that ends by itself. */
export interface Workers {
  /** Those that run and were not told to stop. */
  up(): Worker[]
  /** The worker that claimed the run last, according to the logs; undefined when it has ended. */
  holderOf(runId: string): Worker | undefined
  /** Starts as many as are missing. */
  refill(): Promise<void>
  /** All that all of them have ever printed. */
  log(): string
  /** Workers that ended without a signal of ours, each with the last error in its log. */
  unexpectedExits(): readonly string[]
  stop(): Promise<void>
}

export function createWorkers(count: number, settings: Readonly<Record<string, string>>): Workers {
  const all: (Worker & { endedAt(): Date | undefined; isStopExpected: boolean })[] = []
  const claims = new Map<string, Worker>()
  const clocks = mkdtempSync(join(tmpdir(), 'espejo-clocks-'))
  let isStopping = false

  function spawnWorker(): Worker {
    const name = `worker ${all.length + 1}`
    const clock = join(clocks, String(all.length + 1))
    const child = spawn(process.execPath, ['--import', `${SKEWED_CLOCK}?file=${clock}`, MAIN], {
      cwd: tmpdir(), // no `.env` of ours
      env: { ESPEJO_DEMO: '0', ESPEJO_ROLE: 'worker', ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let printed = ''
    let endedAt: Date | undefined
    let rest = ''
    const worker = {
      name,
      child,
      printed: () => printed,
      endedAt: () => endedAt,
      isStopExpected: false,
      isUp: () => child.exitCode === null && child.signalCode === null,
      signal(signal: NodeJS.Signals) {
        if (signal === 'SIGKILL' || signal === 'SIGTERM') worker.isStopExpected = true
        child.kill(signal)
      },
      setClockOffset(seconds: number) {
        // A worker whose clock is wrong refuses to start.
        if (!worker.isUp() || !READY.test(printed)) return
        writeFileSync(clock, String(seconds * 1000))
        child.kill('SIGWINCH')
      },
    }
    child.stdout.on('data', (chunk) => {
      printed += chunk
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const runId = claimedRunId(line)
        if (runId !== null) claims.set(runId, worker)
      }
    })
    child.stderr.on('data', (chunk) => {
      printed += chunk
    })
    child.once('exit', () => {
      endedAt = new Date()
      if (!worker.isStopExpected && !isStopping) spawnWorker()
    })
    all.push(worker)
    return worker
  }

  const alive = () => all.filter((worker) => worker.isUp() && !worker.isStopExpected)
  return {
    up: alive,
    holderOf(runId) {
      const holder = claims.get(runId)
      return holder?.isUp() ? holder : undefined
    },
    async refill() {
      while (!isStopping && alive().length < count) spawnWorker()
      await waitFor('workers are up', 60, () => alive().every((worker) => READY.test(worker.printed())))
    },
    log: () => all.map((worker) => worker.printed()).join('\n'),
    unexpectedExits: () =>
      all
        .filter((worker) => !worker.isUp() && !worker.isStopExpected)
        .map(
          ({ name, child, printed, endedAt }) =>
            `${name} ended by itself at ${endedAt()?.toISOString()} (${child.exitCode ?? child.signalCode}): ${lastErrorLine(printed())}`,
        ),
    async stop() {
      isStopping = true
      const open = all.filter((worker) => worker.isUp())
      for (const worker of open) {
        worker.isStopExpected = true
        worker.child.kill('SIGCONT')
        worker.child.kill('SIGTERM')
      }
      await Promise.all(open.map(({ child, isUp }) => isUp() && once(child, 'exit')))
      rmSync(clocks, { recursive: true, force: true })
    },
  }
}

const READY = /working on runs/
const SKEWED_CLOCK = new URL('./skewed-clock.js', import.meta.url).href
const MAIN = fileURLToPath(new URL('../../../apps/server/dist/app/main.js', import.meta.url))

/** The id in a log line about a claimed run; null for any other line. */
function claimedRunId(line: string): string | null {
  if (!line.includes('"run claimed"')) return null
  return (JSON.parse(line) as { runId: string }).runId
}

function lastErrorLine(text: string): string {
  const lines = text.trim().split('\n')
  return lines.findLast((line) => line.includes('"level":60') || line.includes('Error')) ?? lines.at(-1) ?? ''
}
