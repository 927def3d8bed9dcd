import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { APP_ROLE } from '../db/roles.js'

/** A connection to LISTEN on. It must reject, or end, rather than hang. */
export type ConnectListener = () => pg.Client

/** Clients for {@link keepListening}: a pooler in transaction mode between would swallow notifications. */
export function listenerOf(databaseUrl: string): ConnectListener {
  return () =>
    new pg.Client({
      connectionString: databaseUrl,
      application_name: 'espejo wake-ups',
      connectionTimeoutMillis: 10_000,
      query_timeout: 10_000,
      keepAlive: true,
    })
}

/**
 * Listens until `signal`, through any number of lost connections. `onReady` is called each time it
 * listens (again): what was notified before that was not heard.
 */
export async function keepListening(options: {
  connect: ConnectListener
  channel: string
  signal: AbortSignal
  onReady: () => void
  onPayload: (payload: string) => void
  onError: (error: Error) => void
}): Promise<void> {
  const { connect, channel, signal, onReady, onPayload, onError } = options
  let failures = 0
  while (!signal.aborted) {
    const client = connect()
    const broken = new Promise<never>((_resolve, reject) => {
      client.on('error', reject)
      client.on('end', () => reject(new Error('The connection for wake-ups has ended.')))
    })
    broken.catch(() => undefined) // it is awaited only once connected
    client.on('notification', ({ payload = '' }) => onPayload(payload))
    try {
      await client.connect()
      await client.query(`SET ROLE ${APP_ROLE}`)
      await client.query(`LISTEN ${client.escapeIdentifier(channel)}`)
      failures = 0
      onReady()
      await Promise.race([broken, probe(client, signal)])
    } catch (error) {
      if (!signal.aborted) onError(error as Error)
    }
    // A dead connection may never answer the farewell, so nobody waits for it unless closing.
    const farewell = client.end().catch(() => undefined)
    if (signal.aborted) await Promise.race([farewell, delay(1_000, undefined, { ref: false })])
    else await delay(backoffMs(failures++), undefined, { signal }).catch(() => undefined)
  }
}

/** A connection cut without a word (a firewall, a lost host) looks alive until it is asked. */
async function probe(client: pg.Client, signal: AbortSignal): Promise<void> {
  for (;;) {
    await delay(PROBE_MS, undefined, { signal, ref: false })
    await client.query('SELECT 1')
  }
}

function backoffMs(failures: number): number {
  return Math.random() * Math.min(10_000, 200 * 2 ** Math.min(failures, 10))
}

const PROBE_MS = 30_000
