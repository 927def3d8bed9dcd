import { vi } from 'vitest'

/** One answer: a body with its status, or a problem by its sentence. */
export type Answer = { status?: number; body?: unknown }

export interface FakeApi {
  /** What `METHOD /path` answers from now on. */
  on(route: string, answer: Answer | ((body: unknown) => Answer)): void
  /** The bodies sent to a route so far. */
  sent(route: string): unknown[]
}

/** Stands in for `fetch`, route by route. An unknown route answers 404, as the server does. */
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
