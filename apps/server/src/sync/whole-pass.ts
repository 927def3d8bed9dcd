import type { CianboxClient } from '@espejo/cianbox'
import type { Pool } from '../db/pool.js'
import { createAskPage } from './ask-page.js'
import { type AskPage, highestOf, lengthOf } from './belief/listed-page.js'
import { findEnd, type PassStart } from './belief/open-pass.js'
import { MAX_LOOKS, placesOf, sawEveryPlace } from './belief/rules.js'
import { incompletePass } from './failure.js'
import { countWalk } from './pass-store.js'
import type { Session } from './session.js'

/**
 * Proves that the pass saw every place of the list: as many rows as it had at the start, or, where
 * products were deleted meanwhile, as it has now. One page that was shifted, repeated, or answered with
 * another's rows leaves too few.
 * @throws {@link RunFailure} `incomplete_pass`
 */
export async function proveWhole(
  session: Session,
  client: CianboxClient,
  options: { pool: Pool; start: PassStart; signal: AbortSignal },
): Promise<void> {
  const { size, lastPage } = options.start
  const counts = await countWalk(options.pool, session.run, lastPage)
  // A source that begins each page with rows of the one before does so on the last one too.
  const surplus = Math.max(0, counts.longest - size)
  const places = placesOf(size, lastPage, Math.max(0, counts.lastLength - surplus))
  if (sawEveryPlace({ ...counts, places })) return
  const ask = createAskPage(client, options.signal)
  for (let look = 1; look <= MAX_LOOKS; look++) {
    const now = await placesNow(ask, size, lastPage)
    if (now !== null && sawEveryPlace({ ...counts, places: now })) return
  }
  throw incompletePass(`mostró ${counts.distinct} productos donde su lista tiene más`)
}

/** How many places the list has now; null when its end cannot be proved. That it shrank takes two answers. */
async function placesNow(ask: AskPage, size: number, guess: number): Promise<number | null> {
  const found = await findEnd(ask, size, Math.max(1, guess))
  if (!found?.last) return null
  const newest = await ask({ page: 1, limit: size, order: 'id-desc' })
  const again = await ask({ page: found.lastPage, limit: size, order: 'id-asc' })
  const top = highestOf(newest.ids)
  // An end that does not show the highest id is none.
  if (top === null || top > (highestOf(again.ids) ?? 0)) return null
  return placesOf(size, found.lastPage, Math.max(lengthOf(found.last), lengthOf(again)))
}
