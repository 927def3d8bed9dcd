import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy before PostgreSQL that takes it away. */
export interface DatabaseProxy {
  /** The database's URL through the proxy. */
  readonly url: string
  /** Closes all connections, and refuses new ones. */
  refuse(): Promise<void>
  /** Drops what arrives from now on, in both directions and without closing, as when a host disappears. */
  swallow(): void
  /** Passes new connections on again. */
  pass(): Promise<void>
  close(): Promise<void>
}

export async function startDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let isSwallowing = false

  const server = createServer((client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port) })
    const swallowed = { before: isSwallowing }
    const cut = () => {
      // The other side of a connection that disappeared learns nothing.
      if (isSwallowing || swallowed.before) return
      client.destroy()
      upstream.destroy()
    }
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('error', cut)
      from.on('close', () => {
        sockets.delete(from)
        cut()
      })
      from.on('data', (chunk) => {
        swallowed.before ||= isSwallowing
        if (!swallowed.before && to.writable) to.write(chunk)
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: url.href,
    async refuse() {
      server.close()
      destroyAll()
    },
    swallow() {
      isSwallowing = true
    },
    async pass() {
      isSwallowing = false
      if (server.listening) return
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    async close() {
      isSwallowing = false
      server.close()
      destroyAll()
    },
  }
}
