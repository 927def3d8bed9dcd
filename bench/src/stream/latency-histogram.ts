/** Counts latencies in steps of a tenth of a millisecond up to ten seconds: fixed memory, no sorting. */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(STEPS + 1)
  #count = 0
  #max = 0

  add(ms: number): void {
    const step = Math.min(STEPS, Math.max(0, Math.floor(ms * 10)))
    this.#counts[step] = (this.#counts[step] ?? 0) + 1
    this.#count += 1
    if (ms > this.#max) this.#max = ms
  }

  /** Milliseconds, rounded up to the step; NaN when nothing was counted. */
  percentile(share: number): number {
    let left = Math.ceil(this.#count * share)
    if (this.#count === 0) return Number.NaN
    for (let step = 0; step < STEPS; step++) {
      left -= this.#counts[step] ?? 0
      if (left <= 0) return (step + 1) / 10
    }
    return this.#max
  }

  get max(): number {
    return this.#max
  }
}

const STEPS = 100_000
