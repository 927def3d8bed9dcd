import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { env } from 'node:process'
import { fileURLToPath } from 'node:url'
import { until } from '@espejo/tooling/until'

/** Espejo in a process of its own, as it is deployed. */
export interface NodeProcess {
  /** Its output, which is its log. */
  log(): string
  /** Sends SIGTERM, as a deploy does. Resolves when the process has exited. */
  stop(): Promise<void>
  /** Sends SIGKILL. */
  kill(): Promise<void>
}

/** Starts the built server and waits until it logs that it is running. `settings` are its whole environment. */
export async function startNode(settings: Readonly<Record<string, string>>): Promise<NodeProcess> {
  const child = spawn(process.execPath, [MAIN], {
    cwd: tmpdir(), // no `.env` of ours
    env: { PATH: env.PATH, ESPEJO_DEMO: '0', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      log += text
    })
  }
  await until(() => {
    if (child.exitCode !== null) throw new Error(`The server did not start: ${log}`)
    return /Espejo is (running|working)/.test(log)
  }, 30)
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await waitForExit(child)
  }
  return { log: () => log, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') }
}

export async function waitForExit(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

/** A port that was free a moment ago, for a program that must get its port before it starts. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No port.')
  return address.port
}

const MAIN = fileURLToPath(new URL('../../dist/app/main.js', import.meta.url))
