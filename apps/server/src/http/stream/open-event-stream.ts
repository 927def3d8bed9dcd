import type { StreamCall } from './stream-call.js'

/** Answers 200 with the headers of an event stream, at once. A HEAD request is complete then. */
export function openEventStream({ req, res, headers }: StreamCall): void {
  // No Nagle: send each event at once. HTTP/2 does not allow it, because streams share the socket.
  if (req.httpVersionMajor < 2) req.socket.setNoDelay(true)
  req.socket.setTimeout(0)
  // A write after the viewer has disconnected emits `error`; `close` is what the hub listens to.
  res.on('error', ignore)
  res.writeHead(200, {
    ...headers,
    'Content-Type': 'text/event-stream; charset=utf-8',
    // `no-transform`: a proxy that compresses would delay events until its buffer is full.
    'Cache-Control': 'no-cache, no-transform',
    // Turns off the buffering of nginx.
    'X-Accel-Buffering': 'no',
  })
  if (req.method === 'HEAD') res.end()
  else res.flushHeaders()
}

function ignore(): void {
  // One function for all streams, to save memory.
}
