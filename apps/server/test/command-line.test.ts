import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { signIn } from '../src/accounts/accounts.js'
import { useDatabase } from './support/database.js'
import { testSettings } from './support/services.js'

const database = useDatabase()
const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const PASSWORD = 'una clave de prueba'

/** Runs the command line in a process of its own, without a terminal. */
async function espejo(args: string[], input = '') {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: tmpdir(), // no `.env` of ours
    env: testSettings(database, 'http://127.0.0.1:9'),
  })
  child.stdin.on('error', () => undefined).end(input)
  const [out, error, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  return { code: code as number, out, error }
}

describe('the command line', () => {
  const person = ['--email', 'Ana@Uno.test', '--password-stdin']
  const setup = ['setup', '--tenant', 'Ferretería', ...person]

  it.each([
    [['nonsense'], /Unknown command. Commands: setup, tenants create/],
    [['setup'], /--tenant is missing/],
    [['setup', '--tenant', 'X', '--email', 'ana'], /--email: Escribí una dirección/],
    [['setup', '--tenant', 'X', '--email', 'a@b.test'], /--password-stdin is missing/],
    [['setup', '--colour', 'red'], /setup: Unknown option '--colour'. Usage: setup --tenant NAME/],
    [['users', 'create', '--tenant', 'x', '--role', 'boss'], /--role is admin, operator or viewer/],
  ])('exits with 2 and one line for wrong arguments: %j', async (args, sentence) => {
    const { code, out, error } = await espejo(args)
    expect([code, out]).toEqual([2, ''])
    expect(error).toMatch(sentence)
    expect(error.trim().split('\n')).toHaveLength(1)
  })

  it('refuses a password that is easy to guess, and prints no password', async () => {
    const { code, error } = await espejo(setup, 'ferreteria2026\n')
    expect(code).toBe(2)
    expect(error).toContain('The password is refused.')
    expect(error).not.toContain('ferreteria2026')
  })

  it('makes the first tenant and its administrator, once', async () => {
    const first = await espejo([...setup, '--name', 'Ana Pérez', '--json'], `${PASSWORD}\n`)
    expect(first).toMatchObject({ code: 0, error: '' })
    expect(JSON.parse(first.out).user).toMatchObject({
      tenantId: 'ferreteria',
      email: 'ana@uno.test',
      name: 'Ana Pérez',
      role: 'admin',
    })
    expect(await signIn(database.pool, 'ana@uno.test', PASSWORD)).toMatchObject({
      user: { tenantId: 'ferreteria' },
    })
    const second = await espejo(setup, PASSWORD)
    expect(second).toMatchObject({ code: 1, out: '' })
    expect(second.error).toBe('espejo: There is a tenant already. For another one: tenants create.\n')
  })

  it('makes more tenants, gives one of the same name another id, and refuses an email that is taken', async () => {
    const bare = await espejo(['tenants', 'create', '--tenant', 'Ferretería', '--json'])
    expect(JSON.parse(bare.out)).toEqual({
      tenantId: expect.stringMatching(/^ferreteria-[a-z0-9]{6}$/),
      user: null,
    })
    const taken = await espejo(['tenants', 'create', '--tenant', 'Otra', ...person], PASSWORD)
    expect(taken).toMatchObject({ code: 1, error: 'espejo: ana@uno.test is a user already.\n' })
    const { out } = await espejo(['tenants', 'list', '--json'])
    expect(JSON.parse(out).items.map(({ name }: { name: string }) => name)).toEqual([
      'Ferretería',
      'Ferretería',
    ])
  })

  it('adds a person to a tenant', async () => {
    const add = ['users', 'create', '--role', 'viewer', '--email', 'vito@uno.test', '--password-stdin']
    const unknown = await espejo([...add, '--tenant', 'nobody'], PASSWORD)
    expect(unknown).toMatchObject({
      code: 1,
      error: 'espejo: There is no tenant nobody. See tenants list.\n',
    })
    expect((await espejo([...add, '--tenant', 'ferreteria'], PASSWORD)).code).toBe(0)
    const { out } = await espejo(['users', 'list', '--tenant', 'ferreteria'])
    expect(out).toBe(
      'admin ana@uno.test (Ana Pérez) of tenant ferreteria\nviewer vito@uno.test (vito) of tenant ferreteria\n',
    )
  })

  it('prints its commands for --help', async () => {
    const { code, out } = await espejo(['--help'])
    expect(code).toBe(0)
    expect(out).toContain('tenants create --tenant NAME [--email ADDRESS')
  })
})
