import type { Socket } from 'node:net'
import pg from 'pg'

/** Longest silence of a connection in use, in milliseconds, before PostgreSQL is asked whether it works on it. */
const SILENCE_MS = 10_000
const TICK_MS = 1_000

interface Watched {
  socket: Socket
  pid: number
  isInUse: boolean
  bytes: number
  /** When bytes were last seen to pass, or PostgreSQL said that it works on a statement. */
  activeAt: number
}

/**
 * Closes connections that were lost without an RST, as in a failover: a query on one would otherwise wait for about
 * 15 minutes, and keepalive probes do not help while sent bytes are unacknowledged. A connection in use on which no
 * byte passes for 10 s is looked up in `pg_stat_activity` through a new connection, so that a long statement is left
 * alone. (PostgreSQL itself ends what is idle in a transaction for so long.)
 */
export function closeLostConnections(pool: pg.Pool, databaseUrl: string): void {
  const all = new Map<pg.PoolClient, Watched>()
  const setInUse = (client: pg.PoolClient, isInUse: boolean) => {
    const watched = all.get(client)
    if (watched) Object.assign(watched, { isInUse, activeAt: performance.now() })
  }
  pool.on('connect', (client) => {
    const { connection, processID: pid } = client as unknown as Internals
    all.set(client, {
      ...{ socket: connection.stream, pid, isInUse: true, bytes: 0 },
      activeAt: performance.now(),
    })
  })
  pool.on('acquire', (client) => setInUse(client, true))
  pool.on('release', (_error, client) => setInUse(client, false))
  pool.on('remove', (client) => void all.delete(client))

  let isChecking = false
  const timer = setInterval(() => {
    if (pool.ended) clearInterval(timer)
    const silent = [...all.values()].filter(isSilent)
    if (silent.length === 0 || isChecking) return
    isChecking = true
    void closeIdleOnes(databaseUrl, silent).finally(() => {
      isChecking = false
    })
  }, TICK_MS)
  timer.unref()
}

/** Of `pg`, without types. The stream is the TLS socket where there is one. */
interface Internals {
  connection: { stream: Socket }
  processID: number
}

/** Also notes the bytes that passed since the last call. */
function isSilent(watched: Watched): boolean {
  const bytes = watched.socket.bytesRead + watched.socket.bytesWritten
  if (bytes !== watched.bytes) Object.assign(watched, { bytes, activeAt: performance.now() })
  return watched.isInUse && performance.now() - watched.activeAt >= SILENCE_MS
}

async function closeIdleOnes(databaseUrl: string, silent: readonly Watched[]): Promise<void> {
  const active = await findActive(
    databaseUrl,
    silent.map(({ pid }) => pid),
  )
  for (const watched of silent) {
    if (active === 'unknown' || active.has(watched.pid)) watched.activeAt = performance.now()
    else if (isSilent(watched)) watched.socket.destroy()
  }
}

/** The processes of PostgreSQL that work on a statement; none when it cannot be reached, `unknown` when it refuses. */
async function findActive(databaseUrl: string, pids: number[]): Promise<Set<number> | 'unknown'> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'espejo lost connections',
    connectionTimeoutMillis: 2_000,
    query_timeout: 1_000,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE pid = ANY($1) AND state = 'active'",
      [pids],
    )
    return new Set(rows.map(({ pid }) => pid))
  } catch (error) {
    return error instanceof pg.DatabaseError ? 'unknown' : new Set()
  } finally {
    // `end` of a connection that is lost as well does not resolve.
    void client.end().catch(() => undefined)
  }
}
