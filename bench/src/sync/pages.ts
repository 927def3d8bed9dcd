import { Agent, request } from 'undici'

/** The account that a job reads, and the rows a page that it asks for. */
export interface PageSource {
  /** The simulator's address. */
  erpUrl: string
  cuenta: string
  pageSize: number
}

/**
 * Logs in and reads the catalogue by ascending id, with nothing but the HTTP client that the engine
 * uses: no limiter, no retries, no deadlines. As in the engine, one page is on its way while the
 * consumer works on another.
 *
 * @returns each page's JSON, decoded
 */
export async function* readPages({ erpUrl, cuenta, pageSize }: PageSource): AsyncGenerator<unknown> {
  const dispatcher = new Agent()
  const api = `${erpUrl}/${cuenta}/api/v2`
  try {
    const token = await login(api, dispatcher)
    const fetchText = async (page: number) => {
      const query = new URLSearchParams({
        page: String(page),
        limit: String(pageSize),
        order: 'id-asc',
        access_token: token,
      })
      const { statusCode, body } = await request(`${api}/productos?${query}`, { dispatcher })
      if (statusCode !== 200) throw new Error(`The simulator answered ${statusCode} to page ${page}.`)
      return body.text()
    }
    const first = JSON.parse(await fetchText(1)) as { total_pages: number }
    let next = first.total_pages > 1 ? fetchText(2) : null
    yield first
    for (let page = 3; next !== null; page++) {
      const text: string = await next
      next = page <= first.total_pages ? fetchText(page) : null
      // A consumer that has enough leaves it; it must not count as unhandled then.
      next?.catch(() => undefined)
      yield JSON.parse(text)
    }
  } finally {
    await dispatcher.destroy()
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
