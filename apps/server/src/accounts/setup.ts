import { createHash, timingSafeEqual } from 'node:crypto'
import type { User } from '@espejo/contract'
import { type Sealer, UnsealError } from '../connections/secrets.js'
import { type Pool, type Tx, withMaintenance } from '../db/pool.js'
import { newId } from '../runs/ids.js'
import { addTenant, hashAdmin, hasTenant, lockTenantList, type NewAdmin } from './tenants.js'

/** The first set-up of an installation: the first tenant and its administrator, by a one-time code. */
export interface Setup {
  /** Whether there is no tenant yet. */
  isNeeded(): Promise<boolean>
  /** The one-time code, made on first use, the same in all processes; null once there is a tenant. */
  currentCode(): Promise<string | null>
  /** Why {@link Setup.complete} would refuse this code; null when it would not. */
  checkCode(code: string): Promise<SetupRefusal | null>
  /** Adds the tenant and its administrator, and deletes the code. */
  complete(code: string, tenantName: string, admin: NewAdmin): Promise<User | SetupRefusal>
}

export type SetupRefusal = 'wrong_code' | 'done_before'

/** @param fixedCode in place of a random one */
export function createSetup(deps: { pool: Pool; sealer: Sealer; fixedCode: string | undefined }): Setup {
  const { pool, sealer, fixedCode } = deps

  async function readCode(tx: Tx): Promise<string | null> {
    if (fixedCode !== undefined) return fixedCode
    const { rows } = await tx.query<{ sealed: Buffer }>('SELECT code_sealed AS sealed FROM app.setup_code')
    try {
      return rows[0] ? sealer.open(rows[0].sealed, CONTEXT) : null
    } catch (error) {
      // The secret key was replaced. Nothing else depends on this code, so it is replaced too.
      if (error instanceof UnsealError) return null
      throw error
    }
  }

  async function makeCode(tx: Tx): Promise<string> {
    const code = newId(CODE_LENGTH)
    await tx.query(
      `INSERT INTO app.setup_code (code_sealed) VALUES ($1)
       ON CONFLICT (only_row) DO UPDATE SET code_sealed = excluded.code_sealed, created_at = now()`,
      [sealer.seal(code, CONTEXT)],
    )
    return code
  }

  async function refusal(tx: Tx, code: string): Promise<SetupRefusal | null> {
    if (await hasTenant(tx)) return 'done_before'
    const right = await readCode(tx)
    return right !== null && isSame(code, right) ? null : 'wrong_code'
  }

  return {
    isNeeded: () => withMaintenance(pool, async (tx) => !(await hasTenant(tx))),
    currentCode: () =>
      withMaintenance(pool, async (tx) => {
        await lockTenantList(tx)
        if (!(await hasTenant(tx))) return (await readCode(tx)) ?? (await makeCode(tx))
        await tx.query('DELETE FROM app.setup_code')
        return null
      }),
    checkCode: (code) => withMaintenance(pool, (tx) => refusal(tx, code)),
    complete: (code, tenantName, admin) => add(pool, tenantName, admin, (tx) => refusal(tx, code)),
  }
}

/** The first set-up by someone who may use the database anyway, and needs no code. */
export function setUpAsOperator(
  pool: Pool,
  tenantName: string,
  admin: NewAdmin,
): Promise<User | 'done_before'> {
  return add(pool, tenantName, admin, async (tx) => ((await hasTenant(tx)) ? 'done_before' : null))
}

async function add<Refusal>(
  pool: Pool,
  tenantName: string,
  admin: NewAdmin,
  refuse: (tx: Tx) => Promise<Refusal | null>,
): Promise<User | Refusal> {
  // Before the transaction, which holds a lock: hashing takes long.
  const hashed = await hashAdmin(admin)
  return withMaintenance(pool, async (tx) => {
    await lockTenantList(tx)
    const refused = await refuse(tx)
    if (refused !== null) return refused
    await tx.query('DELETE FROM app.setup_code')
    const { user } = await addTenant(tx, tenantName, hashed)
    if (!user) throw new Error('the first administrator was not added')
    return user
  })
}

/** Compares in the same time wherever the texts differ. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

/** Of 36 letters and digits: more than 128 bits. */
const CODE_LENGTH = 26
const CONTEXT = 'setup code'
