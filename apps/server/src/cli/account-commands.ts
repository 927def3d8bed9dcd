import type { Role, User } from '@espejo/contract'
import { listUsers } from '../accounts/account-store.js'
import { createUser } from '../accounts/accounts.js'
import { setUpAsOperator } from '../accounts/setup.js'
import { createTenant, EmailTakenError, listTenants } from '../accounts/tenants.js'
import type { Pool } from '../db/pool.js'
import { PERSON_OPTIONS, PERSON_USAGE, readField, readPerson } from './account-options.js'
import { type Command, CommandError, UsageError } from './command.js'

/** Commands for tenants and their people. */
export const accountCommands: readonly Command[] = [
  {
    name: 'setup',
    summary: 'Make the first tenant and its administrator.',
    usage: `--tenant NAME ${PERSON_USAGE}`,
    options: { tenant: { type: 'string' }, ...PERSON_OPTIONS },
    async run(input) {
      const tenantName = readField(input.values, 'tenant', 'tenantName')
      const admin = await readPerson(input, [tenantName])
      const user = await setUpAsOperator(await input.openPool(), tenantName, admin)
      if (user === 'done_before') {
        throw new CommandError('There is a tenant already. For another one: tenants create.')
      }
      return { json: { user }, lines: [describe(user)] }
    },
  },
  {
    name: 'tenants create',
    summary: 'Make one more tenant; with --email also its administrator.',
    usage: `--tenant NAME [${PERSON_USAGE}]`,
    options: { tenant: { type: 'string' }, ...PERSON_OPTIONS },
    async run(input) {
      const { values } = input
      const tenantName = readField(values, 'tenant', 'tenantName')
      const hasPerson = [values.email, values.name, values['password-stdin']].some((v) => v !== undefined)
      const admin = hasPerson ? await readPerson(input, [tenantName]) : null
      const { tenantId, user } = await orEmailTaken(createTenant(await input.openPool(), tenantName, admin))
      return {
        json: { tenantId, user },
        lines: [`Tenant ${tenantId} (${tenantName})`, ...(user ? [describe(user)] : [])],
      }
    },
  },
  {
    name: 'tenants list',
    summary: 'List the tenants, the oldest first.',
    usage: '',
    options: {},
    async run({ openPool }) {
      const items = await listTenants(await openPool())
      return { json: { items }, lines: items.map(({ id, name }) => `${id}\t${name}`) }
    },
  },
  {
    name: 'users create',
    summary: 'Add a person to a tenant.',
    usage: `--tenant ID --role admin|operator|viewer ${PERSON_USAGE}`,
    options: { tenant: { type: 'string' }, role: { type: 'string' }, ...PERSON_OPTIONS },
    async run(input) {
      const role = readRole(input.values.role)
      const tenantId = readTenantId(input.values.tenant)
      const person = await readPerson(input, [tenantId])
      const pool = await input.openPool()
      await requireTenant(pool, tenantId)
      const user = await createUser(pool, { ...person, tenantId, role })
      if (!user) throw emailTaken(person.email)
      return { json: { user }, lines: [describe(user)] }
    },
  },
  {
    name: 'users list',
    summary: 'List the people of a tenant.',
    usage: '--tenant ID',
    options: { tenant: { type: 'string' } },
    async run({ values, openPool }) {
      const tenantId = readTenantId(values.tenant)
      const pool = await openPool()
      await requireTenant(pool, tenantId)
      const items = await listUsers(pool, tenantId)
      return { json: { items }, lines: items.map(describe) }
    },
  },
]

function describe({ email, name, role, tenantId }: User): string {
  return `${role} ${email} (${name}) of tenant ${tenantId}`
}

function readTenantId(value: unknown): string {
  if (typeof value !== 'string') throw new UsageError('--tenant is missing: the id that tenants list shows.')
  return value
}

function readRole(value: unknown): Role {
  if (value === 'admin' || value === 'operator' || value === 'viewer') return value
  throw new UsageError('--role is admin, operator or viewer.')
}

async function requireTenant(pool: Pool, tenantId: string): Promise<void> {
  const tenants = await listTenants(pool)
  if (tenants.some(({ id }) => id === tenantId)) return
  throw new CommandError(`There is no tenant ${tenantId}. See tenants list.`)
}

async function orEmailTaken<T>(made: Promise<T>): Promise<T> {
  try {
    return await made
  } catch (error) {
    throw error instanceof EmailTakenError ? emailTaken(error.message) : error
  }
}

function emailTaken(email: string): CommandError {
  return new CommandError(`${email} is a user already.`)
}
