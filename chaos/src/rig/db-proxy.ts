import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * TCP proxy between workers and PostgreSQL. It can drop the response to a COMMIT: then the worker cannot tell
 * whether its page is in the database.
 */
export interface DbProxy {
  /** `DATABASE_URL` that goes through the proxy. */
  url: string
  /**
   * Lets PostgreSQL execute the next page's COMMIT, waits for `meanwhile`, and then closes the connection
   * without passing on the response.
   */
  dropNextCommitResponse(meanwhile: () => Promise<unknown>): void
  /** Cancels a drop that has not happened yet. */
  reset(): void
  close(): Promise<void>
}

/** A transaction that sends more bytes than this writes a page; all others are smaller. */
const PAGE_BYTES = 600

export async function startDbProxy(databaseUrl: string): Promise<DbProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let meanwhile: (() => Promise<unknown>) | null = null

  const server = createServer({ noDelay: true }, (worker) => {
    const database = connect({ host: target.hostname, port: Number(target.port), noDelay: true })
    let sent = 0
    let isDropped = false
    const cut = () => {
      worker.destroy()
      database.destroy()
    }
    for (const socket of [worker, database]) {
      sockets.add(socket)
      socket.on('error', cut)
      socket.on('close', () => {
        sockets.delete(socket)
        cut()
      })
    }
    worker.on('data', (chunk) => {
      sent = chunk.includes('BEGIN') ? 0 : sent + chunk.length
      if (chunk.includes('COMMIT\0') && sent > PAGE_BYTES && meanwhile) {
        isDropped = true
        const before = meanwhile
        meanwhile = null
        database.once('data', () => before().then(cut, cut))
      }
      database.write(chunk)
    })
    database.on('data', (chunk) => {
      if (!isDropped) worker.write(chunk)
    })
  })

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(target)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    dropNextCommitResponse(next) {
      meanwhile = next
    },
    reset() {
      meanwhile = null
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
