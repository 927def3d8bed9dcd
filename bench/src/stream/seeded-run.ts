/** A run that only the writer updates, and a session that may watch it. */
export interface SeededRun {
  tenantId: string
  runId: string
  /** A session of the tenant's one user. */
  token: string
}
