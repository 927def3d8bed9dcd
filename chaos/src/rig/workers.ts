import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from './until.js'

/** One of the processes that do the work in production. */
export interface Worker {
  readonly name: string
  readonly child: ChildProcess
  isUp(): boolean
  /** All that it has printed. */
  printed(): string
  signal(signal: NodeJS.Signals): void
  /** Sets its clock off while it runs. */
  jump(seconds: number): void
}

/** Worker processes on one database, as a service manager keeps them: one that ends is replaced. */
export interface Workers {
  /** Those that are up and not frozen. */
  up(): Worker[]
  /** Who claimed the run last, as far as the logs say; undefined when that one has ended. */
  holderOf(runId: string): Worker | undefined
  /** Starts as many as are missing. */
  refill(): Promise<void>
  /** All that all of them have ever printed. */
  log(): string
  /** What workers that ended although nobody told them to have last said. */
  casualties(): readonly string[]
  stop(): Promise<void>
}

export function createWorkers(count: number, settings: Readonly<Record<string, string>>): Workers {
  const all: (Worker & { endedAt(): Date | undefined; isDoomed: boolean })[] = []
  const claims = new Map<string, Worker>()
  const clocks = mkdtempSync(join(tmpdir(), 'espejo-clocks-'))
  let isStopping = false

  function hire(): Worker {
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
      isDoomed: false,
      isUp: () => child.exitCode === null && child.signalCode === null,
      signal(signal: NodeJS.Signals) {
        if (signal === 'SIGKILL' || signal === 'SIGTERM') worker.isDoomed = true
        child.kill(signal)
      },
      jump(seconds: number) {
        // It starts with a clock that is right.
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
        const runId = claimIn(line)
        if (runId !== null) claims.set(runId, worker)
      }
    })
    child.stderr.on('data', (chunk) => {
      printed += chunk
    })
    child.once('exit', () => {
      endedAt = new Date()
      // As a service manager would.
      if (!worker.isDoomed && !isStopping) hire()
    })
    all.push(worker)
    return worker
  }

  const alive = () => all.filter((worker) => worker.isUp() && !worker.isDoomed)
  return {
    up: alive,
    holderOf(runId) {
      const holder = claims.get(runId)
      return holder?.isUp() ? holder : undefined
    },
    async refill() {
      while (!isStopping && alive().length < count) hire()
      await until('workers are up', 60, () => alive().every((worker) => READY.test(worker.printed())))
    },
    log: () => all.map((worker) => worker.printed()).join('\n'),
    casualties: () =>
      all
        .filter((worker) => !worker.isUp() && !worker.isDoomed)
        .map(
          ({ name, child, printed, endedAt }) =>
            `${name} ended by itself at ${endedAt()?.toISOString()} (${child.exitCode ?? child.signalCode}): ${lastWords(printed())}`,
        ),
    async stop() {
      isStopping = true
      const open = all.filter((worker) => worker.isUp())
      for (const worker of open) {
        worker.isDoomed = true
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

/** The run that this line of a worker's log says it has claimed. */
function claimIn(line: string): string | null {
  if (!line.includes('"run claimed"')) return null
  return (JSON.parse(line) as { runId: string }).runId
}

function lastWords(text: string): string {
  const lines = text.trim().split('\n')
  return lines.findLast((line) => line.includes('"level":60') || line.includes('Error')) ?? lines.at(-1) ?? ''
}
