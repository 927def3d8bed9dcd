import type { CianboxClient } from '@espejo/cianbox'
import { type FetchPage, listedPage } from './belief/listed-page.js'

/** Fetches pages of a source's product list. */
export function createPageFetcher(
  client: Pick<CianboxClient, 'listProductRows'>,
  signal: AbortSignal,
): FetchPage {
  return async (query) => listedPage(await client.listProductRows({ ...query, signal }))
}
