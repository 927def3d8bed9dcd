import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { env } from 'node:process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../apps/server/dist/app/main.js', import.meta.url))

/** A complete Espejo in its own process, started like `npm start`. */
export interface EspejoProcess {
  readonly url: string
  readonly child: ChildProcess
  /** Its output so far, both streams. */
  output(): string
  /** Sends the signal and waits for the process to end. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

/** @throws with its output, if it ends before it prints its URL. */
export async function startEspejo(settings: Record<string, string>): Promise<EspejoProcess> {
  const started = launch(settings)
  const url = await new Promise<string>((resolve, reject) => {
    started.child.stdout?.on('data', () => {
      const match = /running at (http:\S+)/.exec(started.output())
      if (match?.[1]) resolve(match[1])
    })
    started.child.once('exit', () => reject(new Error(`Espejo did not start:\n${started.output()}`)))
  })
  return { ...started, url }
}

/** Runs Espejo until it exits, for starts that must fail. */
export async function runEspejo(
  settings: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const { child, output } = launch(settings)
  const [code] = await once(child, 'close')
  return { code, output: output() }
}

function launch(settings: Record<string, string>) {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: env.PATH, HOME: env.HOME, PORT: '0', LOG_LEVEL: 'info', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      printed += chunk
    })
  }
  return {
    child,
    output: () => printed,
    async end(signal: 'SIGTERM' | 'SIGKILL') {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill(signal)
      await ended
    },
  }
}

/**
 * Creates a data directory; call `remove` after its Espejo has ended. `private` gives it mode 0700, like
 * root's home: started by root, PostgreSQL runs as another user and keeps its files in `ROOT_DATA_DIR`.
 */
export function temporaryDataDir(options: { private?: boolean } = {}): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'espejo-e2e-'))
  chmodSync(path, options.private ? 0o700 : 0o755)
  return {
    path,
    remove() {
      rmSync(path, { recursive: true, force: true })
      if (!existsSync(ROOT_DATA_DIR)) return
      for (const name of readdirSync(ROOT_DATA_DIR).filter((name) => name.startsWith(basename(path)))) {
        rmSync(join(ROOT_DATA_DIR, name), { recursive: true, force: true })
      }
    },
  }
}

/** See apps/server/src/db/embedded/cluster-location.ts. */
const ROOT_DATA_DIR = '/var/lib/espejo'

/** A signed-in client of the API. */
export async function signIn(url: string, email = 'demo@espejo.test', password = 'demo-espejo') {
  const answer = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  const { token } = (await answer.json()) as { token: string }
  return {
    token,
    async get<T>(path: string): Promise<T> {
      const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })
      return (await response.json()) as T
    },
    async post<T>(path: string, body: unknown = {}): Promise<T> {
      const response = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return (await response.json()) as T
    },
  }
}
