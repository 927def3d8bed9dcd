import { OutgoingMessage } from 'node:http'
import type { Writable } from 'node:stream'
import type { Frame } from './frame.js'

/** What of an `http.ServerResponse` a frame can be written to. */
export interface FrameOutlet {
  write(bytes: Buffer): unknown
  /** The connection, while it is this response's turn on it. */
  readonly socket?: Writable | null
  /** Whether the body goes out in chunks (HTTP/1.1), each between its length and a line end. */
  readonly chunkedEncoding?: boolean
}

/**
 * Writes one frame to a response that has nothing unwritten. A body in chunks is the same for every
 * viewer to the last byte, so the chunk is made once and goes straight to the connection: Node would
 * make it anew for each response, out of four pieces and at the end of the turn, which costs a fifth
 * of all processor time of a delivery. Whoever stands between (a compressor in the host's
 * application), and every other kind of body, gets the bytes by `write`.
 */
export function writeFrame(out: FrameOutlet, { bytes, chunk }: Frame): void {
  const isNodesOwn = out.write === NODES_WRITE
  if (isNodesOwn && out.chunkedEncoding && out.socket) out.socket.write(chunk)
  else out.write(bytes)
}

const NODES_WRITE: unknown = OutgoingMessage.prototype.write
