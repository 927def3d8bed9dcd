/**
 * Things that wait for their time, so that a clock which ticks for thousands of them touches only
 * those that are due. An item comes out once, never early, and at the first `take` that is a slot or
 * more past its time.
 */
export class DueQueue<T> {
  readonly #slotMs: number
  readonly #slots = new Map<number, T[]>()

  /** @param slotMs items due within the same so many milliseconds share a slot */
  constructor(slotMs = 5) {
    this.#slotMs = slotMs
  }

  add(item: T, dueAt: number): void {
    const nth = Math.ceil(dueAt / this.#slotMs)
    const slot = this.#slots.get(nth)
    if (slot) slot.push(item)
    else this.#slots.set(nth, [item])
  }

  /** Hands over all that is due. What `visit` adds waits for the next call, even if it is due. */
  take(at: number, visit: (item: T) => void): void {
    const due: T[][] = []
    for (const [nth, slot] of this.#slots) {
      if (nth * this.#slotMs > at) continue
      this.#slots.delete(nth)
      due.push(slot)
    }
    for (const slot of due) for (const item of slot) visit(item)
  }
}
