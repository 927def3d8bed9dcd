import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClusterLocation } from './cluster-location.js'
import { EmbeddedPostgresError } from './error.js'

/** The cluster's superuser. The app does not use it. */
export const SUPERUSER = 'postgres'

/** Creates the cluster's files with `initdb`, unless they exist. */
export async function initialise(location: ClusterLocation, password: string): Promise<void> {
  if (existsSync(join(location.cluster, 'PG_VERSION'))) return
  const secrets = mkdtempSync(join(tmpdir(), 'espejo-'))
  const passwordFile = join(secrets, randomBytes(8).toString('hex'))
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (location.runAs)
    for (const path of [secrets, passwordFile]) chownSync(path, location.runAs.uid, location.runAs.gid)
  try {
    await run(location, 'initdb', [
      `--pgdata=${location.cluster}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ])
  } finally {
    rmSync(secrets, { recursive: true, force: true })
  }
}

/**
 * Starts the cluster on a free port of the loopback address and waits until it accepts connections. PostgreSQL runs
 * in its own process session, so that Ctrl-C does not stop it before us. A server that still runs (we were killed
 * before) is used as it is.
 * @returns the port.
 */
export async function start(location: ClusterLocation): Promise<number> {
  const running = await runningPort(location)
  if (running !== null) return running
  const port = await freePort()
  writeOwned(
    location,
    'postgresql.auto.conf',
    [
      `port = ${port}`,
      "listen_addresses = '127.0.0.1'",
      "unix_socket_directories = ''",
      'max_connections = 100',
      "shared_buffers = '128MB'",
      "max_wal_size = '2GB'",
      '',
    ].join('\n'),
  )
  const log = join(location.cluster, 'server.log')
  try {
    await run(location, 'pg_ctl', ['start', '-w', '-t', '60', '-D', location.cluster, '-l', log])
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL did not start. Last lines of ${log}: ${lastLines(log)}`,
      { cause },
    )
  }
  return port
}

/** Stops the cluster (fast mode: open transactions are rolled back). */
export async function stop(location: ClusterLocation): Promise<void> {
  await run(location, 'pg_ctl', ['stop', '-w', '-t', '60', '-m', 'fast', '-D', location.cluster])
}

/** The port of this cluster's server; null when it does not run. */
export async function runningPort(location: ClusterLocation): Promise<number | null> {
  const file = join(location.cluster, 'postmaster.pid')
  if (!existsSync(file)) return null
  try {
    await run(location, 'pg_ctl', ['status', '-D', location.cluster])
  } catch {
    return null // a stale file, which PostgreSQL removes at the next start
  }
  // Line 4 of postmaster.pid is the port (PostgreSQL's src/include/utils/pidfile.h).
  return Number(readFileSync(file, 'utf8').split('\n')[3]) || null
}

function run(location: ClusterLocation, program: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { cwd: location.cluster, env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' }, ...location.runAs }
    const child = execFile(
      join(location.programs, 'bin', program),
      args,
      options,
      (error, stdout, stderr) => {
        if (!error) return resolve()
        const said = (stderr || stdout || error.message).trim()
        reject(
          new EmbeddedPostgresError(`${program} of the embedded PostgreSQL failed: ${said}`, {
            cause: error,
          }),
        )
      },
    )
    // The server inherits these pipes; while they are open, execFile does not call back.
    child.stdin?.end()
    if (program === 'pg_ctl') {
      child.on('exit', () => {
        child.stdout?.destroy()
        child.stderr?.destroy()
      })
    }
  })
}

function writeOwned(location: ClusterLocation, name: string, text: string): void {
  const path = join(location.cluster, name)
  writeFileSync(path, text, { mode: 0o600 })
  if (location.runAs) chownSync(path, location.runAs.uid, location.runAs.gid)
}

function lastLines(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(-5).join(' | ') : 'none'
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
