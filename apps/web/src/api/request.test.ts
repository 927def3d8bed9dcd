import { afterEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from './api-error.js'
import { request } from './request.js'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** Stubs `fetch` and records its calls. */
function answer(make: () => Response | Promise<Response>) {
  const fetched = vi.fn((_url: string, _init: RequestInit) => Promise.resolve().then(make))
  vi.stubGlobal('fetch', fetched)
  return fetched
}

const problemOf = (status: number, detail: string) =>
  new Response(JSON.stringify({ type: 'about:blank', title: 'x', status, code: 'c', detail }), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  })

describe('request', () => {
  it('sends query parameters that have a value and leaves out the others', async () => {
    const fetched = answer(() => Response.json({ items: [] }))
    await request('GET', '/api/products', {
      query: { search: 'té & café', cursor: null, brandId: '', limit: 50 },
    })
    expect(fetched.mock.calls[0]?.[0]).toBe('/api/products?search=t%C3%A9+%26+caf%C3%A9&limit=50')
    expect(fetched.mock.calls[0]?.[1].body).toBeUndefined()
  })

  it('sends the session cookie, and a JSON body even when it is empty', async () => {
    const fetched = answer(() => new Response(null, { status: 204 }))
    await expect(request('POST', '/api/auth/logout')).resolves.toBeUndefined()
    expect(fetched.mock.calls[0]?.[1]).toMatchObject({
      credentials: 'same-origin',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    })
  })

  it("throws the server's problem", async () => {
    answer(() => problemOf(401, 'El correo o la contraseña no coinciden.'))
    const error = await failureOf(request('POST', '/api/auth/login', { body: {} }))
    expect(error.status).toBe(401)
    expect(error.sentence).toBe('El correo o la contraseña no coinciden.')
  })

  it('reports a network failure', async () => {
    answer(() => Promise.reject(new TypeError('Failed to fetch')))
    expect((await failureOf(request('GET', '/api/x'))).failure).toEqual({ kind: 'network' })
  })

  it('reports a response that is not JSON', async () => {
    answer(() => new Response('<!doctype html>', { status: 200 }))
    expect((await failureOf(request('GET', '/api/x'))).failure).toEqual({ kind: 'unreadable', status: 200 })
  })

  it('rethrows an abort unchanged', async () => {
    const controller = new AbortController()
    answer(() => {
      controller.abort()
      return Promise.reject(controller.signal.reason)
    })
    await expect(request('GET', '/api/x', { signal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    })
  })
})

async function failureOf(pending: Promise<unknown>): Promise<ApiError> {
  const error = await pending.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ApiError)) throw new Error(`expected an ApiError, got ${String(error)}`)
  return error
}
