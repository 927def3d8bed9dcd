/** Builds a text in memory that is lent and given back. */
export interface Writer {
  write(text: string): void
  /** What was written, valid until the release. */
  written(): Buffer
  release(): void
}

const FIRST_SIZE = 1024 * 1024
/** More than are under way at once in any run that is not a load test. */
const KEPT = 8

const spare: Buffer[] = []

export function createWriter(): Writer {
  let buffer = spare.pop() ?? Buffer.allocUnsafe(FIRST_SIZE)
  let length = 0
  let released = false
  return {
    write(text) {
      const most = length + text.length * 3
      if (most > buffer.length) {
        const larger = Buffer.allocUnsafe(most * 2)
        buffer.copy(larger, 0, 0, length)
        buffer = larger
      }
      length += buffer.write(text, length, 'utf8')
    },
    written: () => buffer.subarray(0, length),
    release() {
      if (!released && spare.length < KEPT) spare.push(buffer)
      released = true
    },
  }
}
