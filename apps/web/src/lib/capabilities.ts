import { can, type User } from '@espejo/contract'

type WithRole = Pick<User, 'role'>

/**
 * Whether a person may start, pause, resume and cancel runs and test the connection. The server
 * enforces this; here it hides the buttons that the server would refuse.
 */
export function canOperate({ role }: WithRole): boolean {
  return can(role, 'operate')
}

/** Whether a person may change the tenant's connection. */
export function canConfigure({ role }: WithRole): boolean {
  return can(role, 'configure')
}
