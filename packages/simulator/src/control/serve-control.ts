import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { AccountControl } from '../account.js'
import { readJsonBody } from '../http/incoming.js'
import type { AccountOptions } from '../options.js'
import { controlIndex } from './control-index.js'
import { CONTROL_ROUTES } from './routes.js'

export const CONTROL_ROOT = '__simulator'

/** The part of the simulator that the controls use. */
export interface ControlHost {
  accounts(): AccountControl[]
  addAccount(options: AccountOptions): AccountControl
}

/** Serves `/__simulator/…`, a path that the real API does not have. An error's body is `{error}`. */
export async function serveControl(
  host: ControlHost,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const [, , cuenta, action] = url.pathname.split('/')
  const { method } = request
  try {
    if (!cuenta) return send(response, 200, controlIndex(host.accounts()))
    if (cuenta === 'accounts' && method === 'POST' && !action) {
      // `addAccount` validates the fields.
      const body: unknown = await readJsonBody(request)
      const added = host.addAccount(body as AccountOptions)
      return send(response, 201, { cuenta: added.cuenta })
    }
    const control = host.accounts().find((candidate) => candidate.cuenta === cuenta)
    if (!control) return send(response, 404, { error: `No existe la cuenta "${cuenta}".` })
    const route = CONTROL_ROUTES.find((candidate) => candidate.path === action && candidate.method === method)
    if (!route) return send(response, 404, { error: `No existe ${method} ${action}. Mirá /${CONTROL_ROOT}.` })
    const result = await route.run(control, await readJsonBody(request), url.searchParams)
    if (isIterator(result)) return await sendLines(response, result)
    send(response, 200, result === undefined ? { ok: true } : result)
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof SyntaxError)) throw error
    send(response, 400, { error: error.message })
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(body))
}

async function sendLines(response: ServerResponse, rows: Iterable<unknown>): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8' })
  // A client that disconnects is not an error.
  await pipeline(Readable.from(lines(rows)), response).catch(() => response.destroy())
}

function* lines(rows: Iterable<unknown>): Generator<string> {
  for (const row of rows) yield `${JSON.stringify(row)}\n`
}

function isIterator(value: unknown): value is IterableIterator<unknown> {
  return typeof value === 'object' && value !== null && 'next' in value && Symbol.iterator in value
}
