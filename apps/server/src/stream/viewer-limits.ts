export type ViewerLimitReason = 'tenant_full' | 'process_full' | 'draining'

/** No further stream is taken on here and now. */
export class ViewerLimitError extends Error {
  override name = 'ViewerLimitError'
  readonly reason: ViewerLimitReason

  constructor(reason: ViewerLimitReason) {
    super(`No room for another viewer: ${reason}`)
    this.reason = reason
  }
}

/** A viewer's place, held from before its run is looked up until its connection closes. */
export interface ViewerSlot {
  readonly tenantId: string
  /** Idempotent. */
  release(): void
}

export interface ViewerLimits {
  /** @throws {@link ViewerLimitError} */
  acquire(tenantId: string): ViewerSlot
  /** From here on `acquire` refuses. */
  close(): void
}

/** Counts viewers, so that neither one tenant nor all together take a process beyond its means. */
export function createViewerLimits(limits: { perTenant: number; perProcess: number }): ViewerLimits {
  const byTenant = new Map<string, number>()
  let all = 0
  let isClosed = false

  return {
    acquire(tenantId) {
      const ofTenant = byTenant.get(tenantId) ?? 0
      if (isClosed) throw new ViewerLimitError('draining')
      if (ofTenant >= limits.perTenant) throw new ViewerLimitError('tenant_full')
      if (all >= limits.perProcess) throw new ViewerLimitError('process_full')
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
