import type { Role } from '@espejo/contract'

/** Who watches, and until when. The least that streams need of a session. */
export interface StreamSession {
  readonly userId: string
  readonly tenantId: string
  readonly role: Role
  readonly expiresAt: Date
}
