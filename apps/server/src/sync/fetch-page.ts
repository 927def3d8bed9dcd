import type { CianboxClient } from '@espejo/cianbox'
import { type AskPage, listedPage } from './belief/listed-page.js'

/** Asks a source for pages of its product list. */
export function createAskPage(client: Pick<CianboxClient, 'listProductRows'>, signal: AbortSignal): AskPage {
  return async (query) => listedPage(await client.listProductRows({ ...query, signal }))
}
