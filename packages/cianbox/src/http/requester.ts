import { CianboxError } from '../errors.js'
import { linkSignals } from './abort.js'
import type { Auth } from './auth.js'
import type { JsonResponse } from './response.js'
import type { SendWithRetries } from './send-with-retries.js'
import type { HttpRequest } from './transport.js'

/** One call of the API, without account, base URL and token. */
interface ApiCall {
  method: HttpRequest['method']
  route: string
  query?: Record<string, string | number | undefined>
  json?: unknown
  signal?: AbortSignal | undefined
  serverErrorAttempts?: number | undefined
}

/** Sends an authenticated request. Throws {@link CianboxError}. */
export type Requester = (call: ApiCall) => Promise<JsonResponse>

/** Adds the token to every request. After a 401 renews the token and retries once. */
export function createRequester(options: {
  auth: Auth
  sendWithRetries: SendWithRetries
  urlOf: (route: string) => string
  closed: AbortSignal
}): Requester {
  const { auth, sendWithRetries, urlOf, closed } = options

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

  function perform(call: ApiCall, token: string, signal: AbortSignal): Promise<JsonResponse> {
    const { method, route, json, serverErrorAttempts } = call
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) query.set(name, String(value))
    }
    query.set('access_token', token)
    const request = { method, route, url: `${urlOf(route)}?${query}`, json, serverErrorAttempts }
    return sendWithRetries(request, method === 'GET' ? 'read' : 'write', signal)
  }
}

/** Runs `work` with a signal that joins the caller's and the client's. After an abort, throws `aborted`. */
export async function withSignal<T>(
  callerSignal: AbortSignal | undefined,
  closed: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const linked = linkSignals(callerSignal, closed)
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
