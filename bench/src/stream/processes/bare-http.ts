import type { ServerResponse } from 'node:http'
import { serveBaseline } from './baseline-server.js'

/** The minimum: each event is encoded once, and the bytes are written to every response of its run. */
const viewers = new Map<string, Set<ServerResponse>>()

serveBaseline({
  join(runId, req, res) {
    const ofRun = viewers.get(runId) ?? new Set()
    viewers.set(runId, ofRun.add(res))
    res.once('close', () => ofRun.delete(res))
    req.socket.setNoDelay(true)
    res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache, no-transform' })
    res.flushHeaders()
  },
  publish(runId, { id, data }) {
    const bytes = Buffer.from(`event: progress\nid: ${id}\ndata: ${data}\n\n`)
    for (const res of viewers.get(runId) ?? []) res.write(bytes)
  },
})
