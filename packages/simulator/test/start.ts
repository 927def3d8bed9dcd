import { onTestFinished } from 'vitest'
import { type AccountOptions, createSimulator, type SimulatorOptions } from '../src/index.js'

interface Envelope {
  status: string
  message?: string
  statusMessage?: string
  available_fields: string[]
  page: number | string
  total_pages?: number
  body: Record<string, unknown>[]
}

export type Params = Record<string, string | number>

const LOGIN = { app_name: 'Prueba', app_code: 'prueba', user: 'demo', password: 'demo' }

/** A simulator with one account, listening on a free port until the test ends, and a client for it. */
export async function start(account: Partial<AccountOptions> = {}, options: SimulatorOptions = {}) {
  const simulator = createSimulator({ ...options, accounts: [{ cuenta: 'demo', ...account }] })
  onTestFinished(() => simulator.close())
  const { url } = await simulator.listen()
  const base = `${url}/demo/api/v2`

  async function post(path: string, body: unknown): Promise<Response> {
    return fetch(`${base}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  }

  async function login(credentials: object = LOGIN) {
    const response = await post('/auth/credentials', credentials)
    const { body } = (await response.json()) as {
      body: { access_token: string; refresh_token: string; expires_in: number }
    }
    return body
  }

  const { access_token: token } = await login()

  function address(path: string, params: Params = {}): string {
    const query = new URLSearchParams({ access_token: token })
    for (const [name, value] of Object.entries(params)) query.set(name, String(value))
    return `${base}${path}?${query}`
  }
  const get = (path: string, params?: Params, init?: RequestInit) => fetch(address(path, params), init)
  const list = async (path: string, params?: Params) => (await (await get(path, params)).json()) as Envelope
  const ids = async (params?: Params) => (await list('/productos', params)).body.map(({ id }) => id as number)

  /** Walks every page of a list of products. */
  async function walk(params: Params = {}): Promise<Record<string, unknown>[]> {
    const rows: Record<string, unknown>[] = []
    let pages = 1
    for (let page = 1; page <= pages; page++) {
      const answer = await list('/productos', { limit: 200, ...params, page })
      pages = answer.total_pages ?? 0
      rows.push(...answer.body)
    }
    return rows
  }

  return {
    simulator,
    account: simulator.account('demo'),
    url,
    base,
    token,
    post,
    login,
    address,
    get,
    list,
    ids,
    walk,
  }
}

export type Started = Awaited<ReturnType<typeof start>>
