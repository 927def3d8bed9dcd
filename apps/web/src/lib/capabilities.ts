import { can, type User } from '@espejo/contract'

type WithRole = Pick<User, 'role'>

/**
 * Whether a person may start, steer and end runs and try the connection. The server decides; this
 * only spares a person the buttons that it would refuse.
 */
export function canOperate({ role }: WithRole): boolean {
  return can(role, 'operate')
}

/** Whether a person may change the tenant's connection. */
export function canConfigure({ role }: WithRole): boolean {
  return can(role, 'configure')
}
