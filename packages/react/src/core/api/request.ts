import { type Failure, failureOfRefusal } from '../connection/failure.js'
import type { Platform } from '../platform/platform.js'

/** Returns the session's token, or null to use the cookie. Called for every request. */
export type GetToken = () => string | null | Promise<string | null>

/** `fetch` with credentials: the bearer token if there is one, else the same-origin cookie. */
export type SendRequest = (url: string, init: RequestParts) => Promise<Response>

export type RequestParts = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> }

export function createRequest(getToken: GetToken, platform: Pick<Platform, 'fetch'>): SendRequest {
  return async (url, init) => {
    const token = await getToken()
    const session: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
    return platform.fetch(url, {
      credentials: 'same-origin',
      cache: 'no-store',
      ...init,
      headers: { ...init.headers, ...session },
    })
  }
}

/** Reads a response that is not a success. Rejects when its body is cut off. */
export async function readFailure(response: Response, nowMs: number): Promise<Failure> {
  const retryAfter = response.headers.get('retry-after')
  return failureOfRefusal({ status: response.status, retryAfter, body: await response.text() }, nowMs)
}

/** The token where the v0 contract stores it. Null where storage is blocked, because reading it throws. */
export function tokenFromLocalStorage(): string | null {
  try {
    return localStorage.getItem('token')
  } catch {
    return null
  }
}
