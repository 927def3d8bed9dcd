import { serveJob } from '../../rig/child-job.js'
import { openBareClient, type PageSource } from '../../sync/pages.js'

/**
 * Sends every request of a full run, in its order and with one page prefetched, and only decodes the responses:
 * login, lists, the newest product, the pages from the last to the first, the list of what changed meanwhile.
 */
export interface PagesAloneJob extends PageSource {
  products: number
}

const LISTS = [
  '/productos/categorias',
  '/productos/marcas',
  '/productos/listas',
  '/productos/temporadas',
  '/productos/sucursales',
  '/general/cotizaciones',
]

interface Page {
  body: unknown[]
  total_pages: number
}

serveJob<PagesAloneJob>((job, timed) =>
  timed(async () => {
    const client = await openBareClient(job)
    const ask = async (route: string, page: number, order: string) =>
      JSON.parse(await client.fetchText(route, page, order)) as Page
    for (const list of LISTS) {
      let page = 1
      while ((await ask(list, page, 'id-asc')).total_pages > page) page++
    }
    const { total_pages: last } = await ask('/productos', 1, 'id-desc')
    let seen = 0
    let next: Promise<string> | null = client.fetchText('/productos', last, 'id-asc')
    for (let page = last - 1; next !== null; page--) {
      const text: string = await next
      next = page > 0 ? client.fetchText('/productos', page, 'id-asc') : null
      seen += (JSON.parse(text) as Page).body.length
    }
    await ask('/productos', 1, 'modified-date-desc')
    await client.close()
    if (seen !== job.products) throw new Error(`Read ${seen} of ${job.products} products.`)
  }),
)
