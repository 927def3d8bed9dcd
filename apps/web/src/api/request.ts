import { ApiError, toFailure } from './api-error.js'

export interface RequestOptions {
  body?: unknown
  /** Query parameters; `null` and `''` are left out. */
  query?: Record<string, string | number | null>
  signal?: AbortSignal
}

/**
 * Sends a request to the API, same origin, with the session's HttpOnly cookie. All requests use it.
 *
 * @returns The response's JSON, not validated; `undefined` when the body is empty.
 * @throws {@link ApiError} for every failure; an aborted request throws its `AbortError`.
 */
export async function request<T>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  { body, query = {}, signal }: RequestOptions = {},
): Promise<T> {
  const init: RequestInit = {
    method,
    credentials: 'same-origin',
    headers: { accept: 'application/json' },
    ...(signal ? { signal } : {}),
  }
  if (method !== 'GET') {
    // Always JSON, even when empty: a form on another site cannot send this type (CSRF).
    init.headers = { accept: 'application/json', 'content-type': 'application/json' }
    init.body = JSON.stringify(body ?? {})
  }

  const { status, ok, text } = await exchange(path + toQueryString(query), init)
  if (!ok) throw new ApiError(toFailure(status, text))
  if (text === '') return undefined as T
  try {
    return JSON.parse(text) as T
  } catch (cause) {
    throw new ApiError({ kind: 'unreadable', status }, { cause })
  }
}

async function exchange(url: string, init: RequestInit) {
  try {
    const response = await fetch(url, init)
    return { status: response.status, ok: response.ok, text: await response.text() }
  } catch (cause) {
    if (init.signal?.aborted) throw cause
    throw new ApiError({ kind: 'network' }, { cause })
  }
}

function toQueryString(query: Record<string, string | number | null>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== '') params.set(name, String(value))
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}
