import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { HELP, readCommand } from './cli-options.js'

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url))

/** Runs the built command. Returns its output and its exit code. */
function run(...args: string[]) {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let out = ''
  let err = ''
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  const firstLine = new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk) => {
      out += chunk
      if (out.includes('\n')) resolve(out)
    })
  })
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, out, err }))
  })
  return { child, firstLine, ended }
}

describe('the arguments', () => {
  test('without any, the demo account on port 4010', () => {
    expect(readCommand([])).toEqual({
      kind: 'run',
      port: 4010,
      host: '127.0.0.1',
      accounts: [{ cuenta: 'demo', products: 2500, seed: 7, latencyMs: 0, rateLimit: null, dialect: 'v2' }],
    })
  })

  test('every option is read, and further accounts come after the demo', () => {
    const shared = { seed: 3, latencyMs: 9, rateLimit: 2.5, dialect: 'simple' }
    const args =
      '--port 0 --host ::1 --products 10 --seed 3 --latency-ms 9 --rate-limit 2.5 --dialect simple --account a:u:p --account b:u:p:50'
    expect(readCommand(args.split(' '))).toEqual({
      kind: 'run',
      port: 0,
      host: '::1',
      accounts: [
        { cuenta: 'demo', products: 10, ...shared },
        { cuenta: 'a', user: 'u', password: 'p', products: 10, ...shared },
        { cuenta: 'b', user: 'u', password: 'p', products: 50, ...shared },
      ],
    })
  })

  test('an invalid one causes an error of one line with its name', () => {
    for (const [args, named] of [
      ['--nada', '--nada'],
      ['--port 70000', '--port'],
      ['--products x', '--products'],
      ['--rate-limit 0', '--rate-limit'],
      ['--dialect v3', '--dialect'],
      ['--account a:b', '--account'],
      ['--account a:b:c:x', '--account'],
      ['suelto', '--help'],
    ] as const) {
      expect(() => readCommand(args.split(' '))).toThrow(named)
    }
  })

  test('the error of an invalid account does not contain its password', () => {
    expect(() => readCommand(['--account', 'a:b:s3cr3t0:1:2'])).toThrow(/^(?!.*s3cr3t0)/)
  })
})

describe('the command', () => {
  test('prints its address, serves, and stops on SIGTERM', async () => {
    const { child, firstLine, ended } = run('--port', '0', '--products', '5')
    const url = /http:\/\/\S+/.exec(await firstLine)?.[0]
    const index = (await (await fetch(`${url}/__simulator`)).json()) as { accounts: unknown[] }
    expect(index.accounts).toEqual([{ cuenta: 'demo', base: '/demo/api/v2', products: 5 }])
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 0, err: '' })
  })

  test('--help prints the help', async () => {
    expect(await run('--help').ended).toEqual({ code: 0, out: `${HELP}\n`, err: '' })
  })

  test('wrong arguments exit with code 2 and one line', async () => {
    const { code, out, err } = await run('--port', 'x').ended
    expect([code, out]).toEqual([2, ''])
    expect(err).toBe('--port es un número entero, 0 o más.\n')
  })

  test('a port in use exits with code 1 and one line', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void other.close())
    const { port } = other.address() as AddressInfo
    const { code, err } = await run('--port', String(port)).ended
    expect(code).toBe(1)
    expect(err).toBe(`El puerto ${port} está ocupado: elegí otro con --port.\n`)
  })
})
