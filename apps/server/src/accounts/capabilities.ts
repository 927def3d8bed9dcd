import type { Role } from '@espejo/contract'

/**
 * What a session may do. `read`: look at everything of the tenant. `operate`: start, steer and end
 * runs, and try the connection. `configure`: change the connection.
 */
export type Capability = 'read' | 'operate' | 'configure'

/** Whether a role has a capability. The one place that decides it. */
export function can(role: Role, capability: Capability): boolean {
  return CAPABILITIES[role].includes(capability)
}

const CAPABILITIES: Readonly<Record<Role, readonly Capability[]>> = {
  admin: ['read', 'operate', 'configure'],
  operator: ['read', 'operate'],
  viewer: ['read'],
}
