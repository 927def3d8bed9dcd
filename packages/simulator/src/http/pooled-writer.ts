/** Writes text into a pooled buffer. */
export interface PooledWriter {
  write(text: string): void
  /** The written bytes, valid until `release`. */
  written(): Buffer
  /** Returns the buffer to the pool. */
  release(): void
}

const FIRST_SIZE = 1024 * 1024
/** Buffers kept in the pool: more than the concurrent requests of a sync. */
const POOL_SIZE = 8

const pool: Buffer[] = []

export function createPooledWriter(): PooledWriter {
  let buffer = pool.pop() ?? Buffer.allocUnsafe(FIRST_SIZE)
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
      if (!released && pool.length < POOL_SIZE) pool.push(buffer)
      released = true
    },
  }
}
