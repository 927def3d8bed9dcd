import { CianboxError } from '../errors.js'
import { linkSignals } from './abort.js'
import type { Auth } from './auth.js'
import type { Answer } from './response.js'
import type { Exchange } from './send-with-retries.js'
import type { WireRequest } from './transport.js'

/** One call of the API, without account, address and token. */
interface ApiCall {
  method: WireRequest['method']
  route: string
  query?: Record<string, string | number | undefined>
  json?: unknown
  signal?: AbortSignal | undefined
}

/** Makes an authenticated call. Throws {@link CianboxError}. */
export type Requester = (call: ApiCall) => Promise<Answer>

/** Puts the token on every call, and on a 401 renews it and tries again, once. */
export function createRequester(options: {
  auth: Auth
  exchange: Exchange
  urlOf: (route: string) => string
  closed: AbortSignal
}): Requester {
  const { auth, exchange, urlOf, closed } = options

  return (call) =>
    withSignal(call.signal, closed, async (signal) => {
      const token = await auth.token(signal)
      try {
        return await perform(call, token, signal)
      } catch (error) {
        if (!isUnauthorized(error)) throw error
      }
      const renewed = await auth.renew(token, signal)
      try {
        return await perform(call, renewed, signal)
      } catch (error) {
        if (isUnauthorized(error)) auth.discard(renewed)
        throw error
      }
    })

  function perform(call: ApiCall, token: string, signal: AbortSignal): Promise<Answer> {
    const { method, route, json } = call
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) query.set(name, String(value))
    }
    query.set('access_token', token)
    const wire = { method, route, url: `${urlOf(route)}?${query}`, json }
    return exchange(wire, method === 'GET' ? 'read' : 'write', signal)
  }
}

/** Runs work under the caller's signal and the client's own; whatever an abort throws becomes `aborted`. */
export async function withSignal<T>(
  callers: AbortSignal | undefined,
  closed: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const linked = linkSignals(callers, closed)
  try {
    linked.signal.throwIfAborted()
    return await work(linked.signal)
  } catch (error) {
    if (!linked.signal.aborted || error instanceof CianboxError) throw error
    throw new CianboxError('aborted', closed.aborted ? 'The client is closed' : 'Aborted by the caller', {
      cause: error,
    })
  } finally {
    linked.dispose()
  }
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof CianboxError && error.kind === 'auth'
}
