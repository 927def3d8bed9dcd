import type { IncomingMessage } from 'node:http'
import type { Switches } from '../switches.js'

/** A parsed request. */
export interface Incoming {
  method: string
  /** Below `/{cuenta}/api/v2`, without the alias `/lista`: `/productos/categorias`. */
  route: string
  query: URLSearchParams
  host: string
  acceptsGzip: boolean
  body: Record<string, unknown>
}

const MAX_BODY = 1024 * 1024

/** Parses a request without its body, which is read later. */
export function describe(request: IncomingMessage, url: URL, path: string): Incoming {
  return {
    method: request.method ?? 'GET',
    route: canonical(path),
    query: url.searchParams,
    host: request.headers.host ?? 'localhost',
    acceptsGzip: /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? '')),
    body: {},
  }
}

/**
 * Form-urlencoded or a JSON object; an empty body is an empty object.
 *
 * @param array how a JSON array is read: the switch `jsonArrayBody`
 * @throws RangeError when the body is larger than 1 MB; SyntaxError when it is not a JSON object
 */
export async function readBody(
  request: IncomingMessage,
  array: Switches['jsonArrayBody'],
): Promise<Record<string, unknown>> {
  const text = await readText(request)
  if (request.headers['content-type']?.includes('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(text))
  }
  return parseObject(text, array)
}

/**
 * Reads a JSON object whatever the content type is: `curl -d` sends that of a form. An empty body is an empty object.
 *
 * @throws as {@link readBody}
 */
export async function readJsonBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  return parseObject(await readText(request), 'error')
}

async function readText(request: IncomingMessage): Promise<string> {
  if (request.method === 'GET' || request.method === 'HEAD') return ''
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY) throw new RangeError('El cuerpo supera 1 MB.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseObject(text: string, array: Switches['jsonArrayBody']): Record<string, unknown> {
  if (text.trim() === '') return {}
  const sent: unknown = JSON.parse(text)
  const parsed = Array.isArray(sent) ? insteadOf(sent, array) : sent
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new SyntaxError('Se esperaba un objeto JSON.')
  }
  return parsed as Record<string, unknown>
}

function insteadOf(list: readonly unknown[], array: Switches['jsonArrayBody']): unknown {
  if (array === 'error') return undefined
  return array === 'first' ? (list[0] ?? {}) : {}
}

/**
 * Removes the alias suffix `/lista`, which every list has: `/productos/lista` for the products,
 * `/productos/listas/lista` for the price lists.
 */
function canonical(path: string): string {
  const trimmed = path.replace(/\/+$/, '')
  return trimmed.endsWith('/lista') ? trimmed.slice(0, -'/lista'.length) : trimmed
}
