import { expect, it } from 'vitest'
import { useDatabase } from '../../test/support/database.js'
import { withTenant } from '../db/pool.js'
import { ensureTenant } from './account-store.js'
import { createUser } from './accounts.js'
import { createLiveSessions } from './live-sessions.js'

const database = useDatabase()

it('a session becomes invalid within ten seconds when its user is deleted or gets another role', async () => {
  let at = 0
  const isLive = createLiveSessions({ pool: database.pool, now: () => new Date(at) })
  await ensureTenant(database.pool, 'uno', 'Uno')
  const user = await createUser(database.pool, {
    tenantId: 'uno',
    email: 'a@b.test',
    name: 'Ana',
    role: 'operator',
    password: 'x',
  })
  const session = {
    userId: user?.id ?? '',
    tenantId: 'uno',
    role: 'operator' as const,
    expiresAt: new Date(1),
  }
  expect(await isLive(session)).toBe(true)
  expect(await isLive({ ...session, role: 'admin' })).toBe(false)

  await withTenant(database.pool, 'uno', (tx) =>
    tx.query("UPDATE app.users SET role = 'viewer' WHERE tenant_id = 'uno'"),
  )
  at += 10_000
  expect(await isLive(session)).toBe(false)
  await withTenant(database.pool, 'uno', (tx) => tx.query("DELETE FROM app.users WHERE tenant_id = 'uno'"))
  at += 10_000
  expect(await isLive({ ...session, role: 'viewer' })).toBe(false)
})
