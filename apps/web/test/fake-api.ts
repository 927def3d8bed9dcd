import { vi } from 'vitest'

/** A response: body and status. */
export type Answer = { status?: number; body?: unknown }

export interface FakeApi {
  /** Sets the response to `METHOD /path` from now on. */
  on(route: string, answer: Answer | ((body: unknown) => Answer)): void
  /** The bodies sent to a route so far. */
  sent(route: string): unknown[]
}

/** Stubs `fetch` with responses by route. An unknown route gives 404, as on the server. */
export function fakeApi(): FakeApi {
  const answers = new Map<string, Answer | ((body: unknown) => Answer)>()
  const bodies = new Map<string, unknown[]>()

  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const route = `${init.method} ${new URL(url, 'http://espejo.test').pathname}`
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined
    bodies.set(route, [...(bodies.get(route) ?? []), body])
    const found = answers.get(route) ?? problem(404, 'Esta dirección no existe.')
    const { status = 200, body: answer } = typeof found === 'function' ? found(body) : found
    return new Response(answer === undefined ? null : JSON.stringify(answer), { status })
  })

  return {
    on: (route, answer) => void answers.set(route, answer),
    sent: (route) => bodies.get(route) ?? [],
  }
}

export function problem(
  status: number,
  detail: string,
  errors?: { path: string; message: string }[],
  code = 'x',
): Answer {
  return { status, body: { type: 'about:blank', title: 'x', status, code, detail, errors } }
}

export const USER = {
  id: 'u1',
  email: 'demo@espejo.test',
  name: 'Demo',
  tenantId: 't1',
  role: 'admin',
} as const
