import type { Role } from './http.js'

/**
 * What a session may do. `read`: read everything of its tenant. `operate`: start, pause, resume and
 * cancel runs, and test the connection. `configure`: change connection, webhook and schedule.
 */
export type Capability = 'read' | 'operate' | 'configure'

/** Whether a role has a capability. The server enforces it; a client hides what would be refused. */
export function can(role: Role, capability: Capability): boolean {
  return CAPABILITIES[role].includes(capability)
}

const CAPABILITIES: Readonly<Record<Role, readonly Capability[]>> = {
  admin: ['read', 'operate', 'configure'],
  operator: ['read', 'operate'],
  viewer: ['read'],
}
