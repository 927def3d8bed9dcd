import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'

/** The body exceeded `maxBytes`, and reading was stopped. */
export class BodyTooLarge extends Error {}
/** The body has a `content-encoding` that was not requested. */
export class UnknownEncoding extends Error {}

export interface BodyOptions {
  /** The `content-encoding` header. */
  encoding: string | undefined
  /** Limit of the received bytes, and of the bytes after decompression. */
  maxBytes: number
  signal: AbortSignal
  /** Called with the size of every received chunk, before decompression. */
  onBytes: (count: number) => void
}

/**
 * Reads a body as text. Applies the limit while reading, before and after decompression, so that neither a
 * decompression bomb nor an endless compressed stream exceeds it. Invalid UTF-8 becomes U+FFFD.
 *
 * @throws {BodyTooLarge}
 * @throws {UnknownEncoding}
 * @throws errors of the stream and of zlib
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
