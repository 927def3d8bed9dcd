/** One line for people, on stdout. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** A quantile of sorted figures, with one decimal. */
export function quantile(sorted: readonly number[], share: number): string {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
  return value === undefined ? 'none' : value.toFixed(1)
}
