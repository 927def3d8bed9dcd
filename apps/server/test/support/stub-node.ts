import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { type Edits, type Nginx, startNginx } from './nginx.js'

/** A stub of an API node, which answers as the test defines. */
export interface StubNode {
  port: number
  /** The requests, in order. */
  requests: IncomingMessage[]
}

/** Starts a stub node, which is stopped at the end of the test. */
export async function stubNode(
  handle: (req: IncomingMessage, res: ServerResponse) => void,
): Promise<StubNode> {
  const requests: IncomingMessage[] = []
  const server = createServer((req, res) => {
    requests.push(req)
    handle(req, res)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, requests }
}

/** Starts nginx in front of one or two nodes; it is stopped at the end of the test. */
export async function proxy(
  node: Pick<StubNode, 'port'>,
  { other = node, ...options }: { other?: Pick<StubNode, 'port'>; edits?: Edits; tls?: boolean } = {},
): Promise<Nginx> {
  const nginx = await startNginx({ nodes: [node.port, other.port], ...options })
  onTestFinished(nginx.close)
  return nginx
}

/** A node whose streams send what the test writes; it answers every other request at once. */
export async function streamingNode() {
  const streams: ServerResponse[] = []
  const node = await stubNode((req, res) => {
    if (!req.url?.startsWith('/api/cianbox')) return void res.end('{}')
    res.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    })
    res.flushHeaders()
    streams.push(res)
  })
  return {
    node,
    streams,
    write: (text: string) => {
      for (const stream of streams) stream.write(text)
    },
    end: (text: string) => {
      for (const stream of streams) stream.end(text)
    },
  }
}
