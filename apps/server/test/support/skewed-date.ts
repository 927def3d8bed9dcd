import { afterEach } from 'vitest'

const RealDate = Date
let skewMs = 0

/** The process's clock with an offset, as on a node whose clock is wrong. Libraries read it too. */
class SkewedDate extends RealDate {
  constructor(...values: [] | [number | string | Date]) {
    if (values.length === 0) super(RealDate.now() + skewMs)
    else super(...values)
  }
  static override now(): number {
    return RealDate.now() + skewMs
  }
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Object.prototype.toString.call(value) === '[object Date]'
  }
}

/** Gives the calling test file a function that sets the offset of its process's clock; each test begins without one. */
export function useSkewedDate(): (seconds: number) => void {
  afterEach(() => {
    globalThis.Date = RealDate
  })
  return (seconds) => {
    skewMs = seconds * 1000
    globalThis.Date = SkewedDate as DateConstructor
  }
}
