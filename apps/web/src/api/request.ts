import { ApiError, toFailure } from './api-error.js'

export interface RequestOptions {
  body?: unknown
  /** Parameters; `null` and empty ones are left out. */
  query?: Record<string, string | number | null>
  signal?: AbortSignal
}

/**
 * The one way to the API: same origin, with the session's HttpOnly cookie.
 *
 * @returns The answer's JSON, taken at the contract's word; `undefined` for one without a body.
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
    // Always JSON, even when empty: a form of another site cannot send this type.
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
