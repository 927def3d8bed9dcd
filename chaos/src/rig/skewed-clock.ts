import { readFileSync } from 'node:fs'

// Loaded into a worker before anything else (`node --import`): on SIGWINCH its clock jumps by as many
// milliseconds as the file says that this module's address names.
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
