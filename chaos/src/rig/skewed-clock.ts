import { readFileSync } from 'node:fs'

// Preloaded into a worker (`node --import`). On SIGWINCH the offset of `Date`, in milliseconds, is read from the
// file that the module URL's `file` parameter names.
const RealDate = Date
const file = new URL(import.meta.url).searchParams.get('file') ?? ''
let offsetMs = 0

class SkewedDate extends RealDate {
  constructor(...given: unknown[]) {
    super(...((given.length === 0 ? [RealDate.now() + offsetMs] : given) as [number]))
  }

  static override now(): number {
    return RealDate.now() + offsetMs
  }
}

globalThis.Date = SkewedDate as DateConstructor
process.on('SIGWINCH', () => {
  offsetMs = Number(readFileSync(file, 'utf8'))
})
