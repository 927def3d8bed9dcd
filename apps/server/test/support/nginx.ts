import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { fileURLToPath } from 'node:url'
import { until } from '@espejo/tooling/until'
import { describe } from 'vitest'
import { freePort, waitForExit } from './processes.js'

/** Example values of the shipped files, with the values that tests use instead, per file. */
export type Edits = Readonly<Record<string, readonly (readonly [string, string])[]>>

export interface Nginx {
  url: string
  /** The `https:` URL; null unless TLS was requested. */
  tlsUrl: string | null
  /** Its access log, its error log and its output. */
  logs(): string
  start(): Promise<void>
  /** Stops it at once, like a crash or `systemctl stop`; its connections are closed. */
  stop(): Promise<void>
  reload(): void
  /** Stops it and deletes its files. */
  close(): Promise<void>
}

/**
 * A real nginx with the shipped configuration: only its example addresses and the text in `edits` are replaced.
 * It listens on a port that was free a moment ago, because nginx cannot choose a free one.
 *
 * @param options.nodes - ports of the two API nodes
 */
export async function startNginx(options: {
  nodes: readonly [number, number]
  edits?: Edits
  tls?: boolean
}): Promise<Nginx> {
  const { nodes, edits = {}, tls = false } = options
  const [port, tlsPort] = [await freePort(), await freePort()]
  const dir = mkdtempSync(join(tmpdir(), 'espejo-nginx-'))
  // Started by root, its workers run as nobody, who must have access to the folder.
  chmodSync(dir, 0o755)
  writeConfig(join(dir, 'conf'), [
    edits,
    {
      'nginx/site.conf': [
        ['127.0.0.1:3000', `127.0.0.1:${nodes[0]}`],
        ['127.0.0.1:3001', `127.0.0.1:${nodes[1]}`],
        ['127.0.0.1:8080', `127.0.0.1:${port}`],
        ...(tls ? tlsEdits(dir, tlsPort) : []),
      ],
    },
  ])
  let running: ChildProcess | null = null
  let terminal = ''
  const nginx: Nginx = {
    url: `http://127.0.0.1:${port}`,
    tlsUrl: tls ? `https://127.0.0.1:${tlsPort}` : null,
    logs: () => ['access.log', 'error.log'].map((file) => readIfThere(join(dir, file))).join('') + terminal,
    async start() {
      const child = spawn(NGINX, ['-p', dir, '-c', join(dir, 'conf/nginx.conf'), '-g', 'daemon off;'])
      running = child
      child.stderr.on('data', (text) => {
        terminal += text
      })
      await until(async () => {
        if (child.exitCode !== null) throw new Error(`nginx did not start: ${nginx.logs()}`)
        return accepts(port)
      })
    },
    async stop() {
      const child = running
      running = null
      if (!child) return
      child.kill('SIGTERM')
      await waitForExit(child)
    },
    reload: () => void running?.kill('SIGHUP'),
    async close() {
      await nginx.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
  await nginx.start()
  return nginx
}

/** Checks a configuration with `nginx -t`. @throws with nginx's message when it is invalid */
export function checkConfig(edits: Edits): void {
  const dir = mkdtempSync(join(tmpdir(), 'espejo-nginx-'))
  writeConfig(join(dir, 'conf'), [edits])
  execFileSync(NGINX, ['-t', '-q', '-p', dir, '-c', join(dir, 'conf/nginx.conf')])
  rmSync(dir, { recursive: true })
}

export function readDeployFile(path: string): string {
  return readFileSync(join(DEPLOY, path), 'utf8')
}

/** `describe`; skipped, with the reason in its name, where nginx is not installed. In CI a missing nginx fails. */
export function describeWithNginx(name: string, tests: () => void): void {
  if (NGINX_IS_HERE || env.CI) describe(name, tests)
  else describe.skip(`${name} (left out: nginx is not installed here)`, tests)
}

/** How long `nginx-idle.test.ts` leaves a stream idle, in minutes; 0: only until the first ping. */
export const IDLE_MINUTES = Number(env.ESPEJO_IDLE_MINUTES ?? 0)

const OPENSSL = 'openssl'
/** In CI a missing openssl fails. */
export const OPENSSL_IS_HERE = isInPath(OPENSSL) || Boolean(env.CI)

const DEPLOY = fileURLToPath(new URL('../../../../deploy', import.meta.url))
const NGINX = existsSync('/usr/sbin/nginx') ? '/usr/sbin/nginx' : 'nginx'
const NGINX_IS_HERE = NGINX !== 'nginx' || isInPath('nginx')

function isInPath(program: string): boolean {
  return (env.PATH ?? '').split(':').some((dir) => existsSync(join(dir, program)))
}

function writeConfig(dir: string, edits: readonly Edits[]): void {
  mkdirSync(join(dir, 'nginx'), { recursive: true })
  const files = ['nginx.conf', ...readdirSync(join(DEPLOY, 'nginx')).map((file) => `nginx/${file}`)]
  for (const file of files) {
    let text = readDeployFile(file)
    for (const [from, to] of edits.flatMap((one) => one[file] ?? [])) {
      if (!text.includes(from)) throw new Error(`deploy/${file} does not contain: ${from}`)
      text = text.replaceAll(from, to)
    }
    writeFileSync(join(dir, file), text)
  }
}

/** Uncomments the lines for TLS, and sets a certificate. */
function tlsEdits(dir: string, port: number): [string, string][] {
  const [key, certificate] = [join(dir, 'privkey.pem'), join(dir, 'fullchain.pem')]
  execFileSync(
    OPENSSL,
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost -keyout ${key} -out ${certificate}`.split(
      ' ',
    ),
    { stdio: 'ignore' },
  )
  return [
    ['#listen ', 'listen '],
    ['#ssl_', 'ssl_'],
    ['127.0.0.1:8443', `127.0.0.1:${port}`],
    ['/etc/ssl/espejo', dir],
  ]
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
