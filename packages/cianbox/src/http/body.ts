import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'

/** The body went past the cap and was dropped while it streamed. */
export class BodyTooLarge extends Error {}
/** The body is compressed in a way that was not asked for. */
export class UnknownEncoding extends Error {}

export interface BodyOptions {
  /** The `content-encoding` header. */
  encoding: string | undefined
  /** Cap on the bytes received, and on the bytes after decompression. */
  maxBytes: number
  signal: AbortSignal
  /** Told the size of every chunk as received, before decompression. */
  onBytes: (count: number) => void
}

/**
 * Reads a body to text, counting as it goes: a small compressed body that unfolds without end is
 * stopped at the cap, and so is one that sends bytes without end and unfolds to nothing.
 * Invalid UTF-8 becomes U+FFFD.
 *
 * @throws {BodyTooLarge}
 * @throws {UnknownEncoding}
 * Also whatever the stream or zlib throw.
 */
export async function readBody(body: Readable, options: BodyOptions): Promise<string> {
  const { maxBytes, onBytes, signal } = options
  const chunks: Buffer[] = []
  const received = capped(maxBytes, (chunk) => onBytes(chunk.length))
  const collect = async (source: AsyncIterable<Buffer>) => {
    for await (const chunk of capped(maxBytes, () => {})(source)) chunks.push(chunk)
  }
  const encoding = options.encoding?.trim().toLowerCase() || 'identity'
  if (encoding === 'gzip' || encoding === 'x-gzip') {
    await pipeline(body, received, createGunzip(), collect, { signal })
  } else if (encoding === 'identity') {
    await pipeline(body, received, collect, { signal })
  } else {
    throw new UnknownEncoding(`unexpected content-encoding "${encoding.slice(0, 40)}"`)
  }
  return withoutByteOrderMark(Buffer.concat(chunks).toString('utf8'))
}

function capped(maxBytes: number, onChunk: (chunk: Buffer) => void) {
  return async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let total = 0
    for await (const chunk of source) {
      total += chunk.length
      onChunk(chunk)
      if (total > maxBytes) throw new BodyTooLarge(`more than ${maxBytes} bytes`)
      yield chunk
    }
  }
}

function withoutByteOrderMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text
}
