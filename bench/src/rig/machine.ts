import { availableParallelism, cpus, totalmem } from 'node:os'

/** The machine that the figures were measured on. */
export function machineFacts() {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
  }
}

/** The same as a line of a report. */
export function machineLine(postgres: string): string {
  const { cores, cpu, memoryGiB, platform, node } = machineFacts()
  return `on ${cores} cores (${cpu}), ${memoryGiB} GiB, ${platform}, Node ${node}, PostgreSQL ${postgres}`
}
