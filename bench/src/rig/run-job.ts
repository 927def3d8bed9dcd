import { fork } from 'node:child_process'
import type { JobMessage, JobReport } from './child-job.js'

/**
 * Performs one job in a fresh process, so that its memory and JIT state are not affected by other jobs.
 *
 * @param module the process's code, which calls `serveJob`
 * @throws when the job fails or the process ends without a report
 */
export async function runJob<Job extends object>(
  module: URL,
  job: Job,
  signal: AbortSignal,
): Promise<JobReport> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const child = fork(module, { signal, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    let outcome: JobMessage | undefined
    child.on('message', (message: JobMessage) => {
      outcome = message
    })
    child.on('error', reject)
    child.on('exit', (code, killedBy) => {
      if (outcome?.ok) resolve(outcome.report)
      else reject(new Error(outcome?.error ?? `${module.pathname} ended with ${killedBy ?? code}.`))
    })
    child.send(job)
  })
}
