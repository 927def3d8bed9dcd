import type { StreamCall } from './stream-call.js'

/** Answers 200 with an event stream, and sends the headers at once. HEAD ends here. */
export function openEventStream({ req, res, headers }: StreamCall): void {
  // Each event is wanted when it happens, not when a packet is full. HTTP/2 has the socket to itself.
  if (req.httpVersionMajor < 2) req.socket.setNoDelay(true)
  req.socket.setTimeout(0)
  // A write that comes after the viewer has left is nobody's error; `close` tells of it.
  res.on('error', ignore)
  res.writeHead(200, {
    ...headers,
    'Content-Type': 'text/event-stream; charset=utf-8',
    // `no-transform`: a proxy that compresses would hold events back until its buffer is full.
    'Cache-Control': 'no-cache, no-transform',
    // nginx buffers answers unless told not to.
    'X-Accel-Buffering': 'no',
  })
  if (req.method === 'HEAD') res.end()
  else res.flushHeaders()
}

function ignore(): void {
  // One function, shared by all streams.
}
