import { readFileSync } from 'node:fs'

/** What a measured process reports at the end of its job. */
export interface JobReport {
  /** Wall time of the timed part. */
  seconds: number
  /** Processor time of this process, all threads, in that time. */
  cpuSeconds: number
  /** Largest resident memory of the process since it began. */
  peakRssBytes: number
}

/** From a measured process to the one that started it. */
export type JobMessage = { ok: true; report: JobReport } | { ok: false; error: string }

/** Runs the part of a job that the report is about. */
export type Timed = (part: () => Promise<void>) => Promise<void>

/**
 * Makes this process perform a single job, which arrives as the first message; the report is sent back. `work`
 * prepares, calls `timed` once, and cleans up.
 */
export function serveJob<Job>(work: (job: Job, timed: Timed) => Promise<void>): void {
  process.once('message', async (job: Job) => {
    const message = await perform((timed) => work(job, timed))
    process.send?.(message, () => process.disconnect())
  })
  // The parent has ended.
  process.once('disconnect', () => process.exit())
}

async function perform(work: (timed: Timed) => Promise<void>): Promise<JobMessage> {
  let seconds = 0
  let cpuSeconds = 0
  try {
    await work(async (part) => {
      const cpu = process.cpuUsage()
      const started = performance.now()
      await part()
      seconds = (performance.now() - started) / 1000
      const { user, system } = process.cpuUsage(cpu)
      cpuSeconds = (user + system) / 1e6
    })
    return { ok: true, report: { seconds, cpuSeconds, peakRssBytes: peakRssBytes() } }
  } catch (error) {
    return { ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

/**
 * Linux's own figure of this process; elsewhere Node's. On Linux Node's would not do: a process
 * inherits the peak of the one that forked it.
 */
function peakRssBytes(): number {
  const maxRss = process.resourceUsage().maxRSS
  if (process.platform !== 'linux') return maxRss * 1024
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  return Number(peak ?? maxRss) * 1024
}
