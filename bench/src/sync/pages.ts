import { Agent, request } from 'undici'

/** The account that a job reads, and the rows a page that it asks for. */
export interface PageSource {
  /** The simulator's address. */
  erpUrl: string
  cuenta: string
  pageSize: number
}

/** A logged-in client with the engine's HTTP library alone: no rate limit, no retries, no timeouts. */
export interface BareClient {
  /** Fetches a page of a list as undecoded text. */
  fetchText(route: string, page: number, order: string): Promise<string>
  close(): Promise<void>
}

export async function openBareClient({ erpUrl, cuenta, pageSize }: PageSource): Promise<BareClient> {
  const dispatcher = new Agent()
  const api = `${erpUrl}/${cuenta}/api/v2`
  const token = await login(api, dispatcher)
  return {
    async fetchText(route, page, order) {
      const query = new URLSearchParams({
        page: String(page),
        limit: String(pageSize),
        order,
        access_token: token,
      })
      const { statusCode, body } = await request(`${api}${route}?${query}`, { dispatcher })
      if (statusCode !== 200)
        throw new Error(`The simulator answered ${statusCode} to page ${page} of ${route}.`)
      return body.text()
    },
    close: () => dispatcher.destroy(),
  }
}

/**
 * Logs in and reads the catalogue by ascending id. As in the engine, one page is prefetched.
 *
 * @returns each page's JSON, decoded
 */
export async function* readPages(source: PageSource): AsyncGenerator<unknown> {
  const client = await openBareClient(source)
  try {
    const fetchText = (page: number) => client.fetchText('/productos', page, 'id-asc')
    const first = JSON.parse(await fetchText(1)) as { total_pages: number }
    let next = first.total_pages > 1 ? fetchText(2) : null
    yield first
    for (let page = 3; next !== null; page++) {
      const text: string = await next
      next = page <= first.total_pages ? fetchText(page) : null
      // If the consumer stops early, a failure of the prefetched page must not be an unhandled rejection.
      next?.catch(() => undefined)
      yield JSON.parse(text)
    }
  } finally {
    await client.close()
  }
}

async function login(api: string, dispatcher: Agent): Promise<string> {
  const { body } = await request(`${api}/auth/credentials`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ app_name: 'espejo', app_code: 'bench', user: 'demo', password: 'demo' }),
    dispatcher,
  })
  const answer = (await body.json()) as { body: { access_token: string } }
  return answer.body.access_token
}
