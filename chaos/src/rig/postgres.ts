import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { startEmbeddedPostgres } from '@espejo/server/db/embedded'
import { createPool, type Pool } from '@espejo/server/db/pool'
import { prepareDatabase } from '@espejo/server/db/prepare'
import { waitFor } from '@espejo/tooling/until'
import pg from 'pg'

/** A migrated embedded PostgreSQL that can be killed and restarted at the same address. */
export interface ChaosPostgres {
  /** Of the database's owner, as `DATABASE_URL` would be. */
  url: string
  /** The app's role, bound by row-level security. */
  pool: Pool
  /** The superuser: sees every tenant's rows and may lock any of them. */
  admin: pg.Pool
  /** SIGKILL to the postmaster. */
  kill(): Promise<void>
  /** Restarts it on the same port and data directory; it recovers from its WAL. */
  restart(): Promise<void>
  /** PostgreSQL's own log. */
  log(): string
  stop(): Promise<void>
}

export async function startPostgres(): Promise<ChaosPostgres> {
  const dataDir = mkdtempSync(join(tmpdir(), 'espejo-chaos-'))
  // PostgreSQL refuses to run as root, and its own user must reach the folder.
  chmodSync(dataDir, 0o755)
  const password = randomBytes(12).toString('hex')
  const embedded = await startEmbeddedPostgres({
    dataDir,
    superuserPassword: password,
    ownerPassword: password,
  })
  await prepareDatabase(embedded.databaseUrl)
  const ignore = () => undefined
  const pool = createPool(embedded.databaseUrl, { max: 8, name: 'chaos', onError: ignore })
  const asSuperuser = new URL(embedded.databaseUrl)
  asSuperuser.username = 'postgres'
  const admin = new pg.Pool({
    connectionString: asSuperuser.href,
    max: 8,
    application_name: 'chaos admin',
    connectionTimeoutMillis: 10_000,
    query_timeout: 30_000,
  })
  admin.on('error', ignore)
  // A checked-out client that loses its server emits an error too.
  admin.on('connect', (client) => client.on('error', ignore))
  const { rows } = await admin.query<{ data_directory: string }>('SHOW data_directory')
  const cluster = rows[0]?.data_directory ?? ''
  const logFile = join(cluster, 'server.log')

  async function restart() {
    await waitFor('PostgreSQL starts again', 60, () => pgCtl(cluster, ['start', '-w', '-l', logFile]))
  }

  return {
    url: embedded.databaseUrl,
    pool,
    admin,
    async kill() {
      const pid = Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0])
      process.kill(pid, 'SIGKILL')
      await waitFor('the killed postmaster is gone', 10, () => !isAlive(pid))
    },
    restart,
    log: () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : ''),
    async stop() {
      await Promise.all([pool.end(), admin.end()])
      await embedded.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Runs `pg_ctl` as the owner of the cluster. The path comes from `postmaster.opts`. */
async function pgCtl(cluster: string, args: string[]): Promise<true> {
  const [, postgres = ''] = /^(\S+)/.exec(readFileSync(join(cluster, 'postmaster.opts'), 'utf8')) ?? []
  const { uid, gid } = statSync(cluster)
  const child = promisify(execFile)(join(dirname(postgres), 'pg_ctl'), ['-D', cluster, ...args], {
    cwd: cluster,
    env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
    ...(process.getuid?.() === 0 && { uid, gid }),
  })
  // The server inherits these pipes: while they are open, the promise of `execFile` does not settle.
  child.child.on('exit', () => {
    child.child.stdout?.destroy()
    child.child.stderr?.destroy()
  })
  await child
  return true
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
