import { type Failure, failureOfRefusal } from '../connection/failure.js'
import type { Edges } from '../platform/platform.js'

/** The session's token, null to rely on the cookie. Asked anew for every request. */
export type GetToken = () => string | null | Promise<string | null>

/** `fetch` with the session: the bearer if there is a token, the same-origin cookie otherwise. */
export type SendRequest = (url: string, init: RequestParts) => Promise<Response>

export type RequestParts = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> }

export function createRequest(getToken: GetToken, edges: Pick<Edges, 'fetch'>): SendRequest {
  return async (url, init) => {
    const token = await getToken()
    const session: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
    return edges.fetch(url, {
      credentials: 'same-origin',
      cache: 'no-store',
      ...init,
      headers: { ...init.headers, ...session },
    })
  }
}

/** Reads an answer that is no success. Rejects when its body breaks off. */
export async function readFailure(response: Response, nowMs: number): Promise<Failure> {
  const retryAfter = response.headers.get('retry-after')
  return failureOfRefusal({ status: response.status, retryAfter, body: await response.text() }, nowMs)
}

/** The brief's place for the token. Reading may throw where storage is blocked; then there is none. */
export function tokenFromLocalStorage(): string | null {
  try {
    return localStorage.getItem('token')
  } catch {
    return null
  }
}
