import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { APP_ROLE } from '../db/roles.js'

/** Creates a client to LISTEN with. It must fail with an error, or end, instead of waiting for ever. */
export type ConnectListener = () => pg.Client

/** Clients for {@link keepListening}. The URL must not be one of a pooler in transaction mode, which loses notifications. */
export function listenerOf(databaseUrl: string): ConnectListener {
  return () =>
    new pg.Client({
      connectionString: databaseUrl,
      application_name: 'espejo wake-ups',
      connectionTimeoutMillis: 10_000,
      query_timeout: 8_000,
      keepAlive: true,
    })
}

/**
 * Listens on a channel until `signal` aborts, and reconnects whenever the connection is lost. `onReady`
 * is called each time it starts to listen: earlier notifications may have been missed.
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
    broken.catch(() => undefined) // awaited only after connecting
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
    // `end` of a lost connection may never resolve, so it is not awaited except, for a second, when closing.
    const ended = client.end().catch(() => undefined)
    if (signal.aborted) await Promise.race([ended, delay(1_000, undefined, { ref: false })])
    else await delay(backoffMs(failures++), undefined, { signal }).catch(() => undefined)
  }
}

/** A connection that was lost without notice (by a firewall, or with its host) is noticed only when it is used. */
async function probe(client: pg.Client, signal: AbortSignal): Promise<void> {
  for (;;) {
    await delay(PROBE_MS, undefined, { signal, ref: false })
    await client.query('SELECT 1')
  }
}

function backoffMs(failures: number): number {
  return Math.random() * Math.min(10_000, 200 * 2 ** Math.min(failures, 10))
}

const PROBE_MS = 5_000
