import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * The line between workers and PostgreSQL. It can lose the answer to a commit: the one moment at which
 * a worker cannot know whether its page is in the database.
 */
export interface Wire {
  /** The database's address, through the wire. */
  url: string
  /**
   * Lets PostgreSQL carry out the next page's commit, waits for `meanwhile`, and breaks the connection
   * in place of the answer.
   */
  loseNextAnswer(meanwhile: () => Promise<unknown>): void
  /** What has not been lost by now arrives. */
  heal(): void
  close(): Promise<void>
}

/** A transaction that has sent more than this writes a page: the rest are small. */
const PAGE_BYTES = 600

export async function drawWire(databaseUrl: string): Promise<Wire> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let meanwhile: (() => Promise<unknown>) | null = null

  const server = createServer({ noDelay: true }, (worker) => {
    const database = connect({ host: target.hostname, port: Number(target.port), noDelay: true })
    let sent = 0
    let isLost = false
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
        isLost = true
        const before = meanwhile
        meanwhile = null
        database.once('data', () => before().then(cut, cut))
      }
      database.write(chunk)
    })
    database.on('data', (chunk) => {
      if (!isLost) worker.write(chunk)
    })
  })

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(target)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    loseNextAnswer(next) {
      meanwhile = next
    },
    heal() {
      meanwhile = null
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
