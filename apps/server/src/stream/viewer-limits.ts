export type ViewerLimitReason = 'tenant_full' | 'process_full' | 'draining'

/** This process accepts no further stream of this tenant now. */
export class ViewerLimitError extends Error {
  override name = 'ViewerLimitError'
  readonly reason: ViewerLimitReason

  constructor(reason: ViewerLimitReason) {
    super(`No room for another viewer: ${reason}`)
    this.reason = reason
  }
}

/** The slot of one viewer, held from before its run is looked up until its connection closes. */
export interface ViewerSlot {
  readonly tenantId: string
  /** Idempotent. */
  release(): void
}

export interface ViewerLimits {
  /** @throws {@link ViewerLimitError} */
  acquire(tenantId: string): ViewerSlot
  /** From now on `acquire` throws, with the reason `draining`. */
  close(): void
}

/** Limits the number of open streams of each tenant, and of the process. */
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
      let isAcquired = true
      return {
        tenantId,
        release() {
          if (!isAcquired) return
          isAcquired = false
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
