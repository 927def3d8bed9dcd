import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface CaseServer {
  origin: string
  urlOf(index: number): string
  close(): Promise<void>
}

/**
 * Serves an empty page, and each case as an event stream of its own, written chunk by chunk and then
 * closed. Chunks leave the process one by one; how they arrive is the network's.
 */
export async function serveCases(cases: readonly (readonly Uint8Array[])[]): Promise<CaseServer> {
  const server = createServer((request, response) => {
    const chunks = cases[Number(/^\/case\/(\d+)$/.exec(request.url ?? '')?.[1] ?? Number.NaN)]
    if (!chunks) return void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>')
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    const writeFrom = (i: number) => {
      const chunk = chunks[i]
      if (chunk) response.write(chunk, () => setImmediate(writeFrom, i + 1))
      else response.end()
    }
    writeFrom(0)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    urlOf: (index) => `${origin}/case/${index}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
