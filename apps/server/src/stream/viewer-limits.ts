export type SeatRefusal = 'tenant_full' | 'process_full' | 'draining'

/** No further stream is taken on here and now. */
export class SeatRefusedError extends Error {
  override name = 'SeatRefusedError'
  readonly reason: SeatRefusal

  constructor(reason: SeatRefusal) {
    super(`No seat for another viewer: ${reason}`)
    this.reason = reason
  }
}

/** A viewer's place, held from before its run is looked up until its connection closes. */
export interface Seat {
  readonly tenantId: string
  /** Idempotent. */
  release(): void
}

export interface Seats {
  /** @throws {@link SeatRefusedError} */
  take(tenantId: string): Seat
  /** From here on `take` refuses. */
  close(): void
}

/** Counts viewers, so that neither one tenant nor all together take a process beyond its means. */
export function createSeats(limits: { perTenant: number; perProcess: number }): Seats {
  const byTenant = new Map<string, number>()
  let all = 0
  let isClosed = false

  return {
    take(tenantId) {
      const ofTenant = byTenant.get(tenantId) ?? 0
      if (isClosed) throw new SeatRefusedError('draining')
      if (ofTenant >= limits.perTenant) throw new SeatRefusedError('tenant_full')
      if (all >= limits.perProcess) throw new SeatRefusedError('process_full')
      byTenant.set(tenantId, ofTenant + 1)
      all += 1
      let isHeld = true
      return {
        tenantId,
        release() {
          if (!isHeld) return
          isHeld = false
          all -= 1
          const left = (byTenant.get(tenantId) ?? 1) - 1
          if (left > 0) byTenant.set(tenantId, left)
          else byTenant.delete(tenantId)
        },
      }
    },
    close() {
      isClosed = true
    },
  }
}
