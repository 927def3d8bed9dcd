/**
 * Items by due time, in slots, so that a shared timer for thousands of them visits only those that are
 * due. Each item is taken once, never early, and at the latest by the first `take` that comes a slot or
 * more after its due time.
 */
export class DueQueue<T> {
  readonly #slotMs: number
  readonly #slots = new Map<number, T[]>()

  /** @param slotMs length of a slot in milliseconds */
  constructor(slotMs = 5) {
    this.#slotMs = slotMs
  }

  add(item: T, dueAt: number): void {
    const nth = Math.ceil(dueAt / this.#slotMs)
    const slot = this.#slots.get(nth)
    if (slot) slot.push(item)
    else this.#slots.set(nth, [item])
  }

  /** Removes and visits all that is due at `at`. What `visit` adds is left for the next call, even if due. */
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
