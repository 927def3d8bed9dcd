import type { CianboxClient } from '@espejo/cianbox'
import { type FetchPage, listedPage } from './belief/listed-page.js'

/** Asks a source for pages of its product list. */
export function createPageFetcher(
  client: Pick<CianboxClient, 'listProductRows'>,
  signal: AbortSignal,
): FetchPage {
  return async (query) => listedPage(await client.listProductRows({ ...query, signal }))
}
