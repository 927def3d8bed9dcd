import { incompletePass } from '../failure.js'
import { type ListedPage, repeatsARow } from './listed-page.js'
import { isEvidence, MAX_LOOKS } from './rules.js'

/** Asks the source for products by id; it answers by ascending id. Null: an answer in no order at all. */
export type AskByIds = (ids: readonly string[]) => Promise<ListedPage | null>

/** Products that are known to be there, with ids below and above of those that are asked for. */
export interface Known {
  below: readonly string[]
  above: readonly string[]
}

/** An absence counts when so many answers in a row agree. */
const AGREEING = 2

/**
 * Asks for products by id until two answers in a row, at two moments, show none of those that are left.
 * The first is asked for beside known products with higher ids, the next beside lower ones, and so on: an
 * answer that is cut short, at either end or in the middle, cannot hide what stands first in one of them
 * and last in the other. Whatever one of them shows is there, and the others are asked for anew.
 * @param onFound takes each answer that shows some of them
 * @returns those that are absent
 * @throws {@link RunFailure} `incomplete_pass` when no answer can be believed
 */
export async function settleAbsence(
  ask: AskByIds,
  ids: readonly string[],
  known: Known,
  onFound: (page: ListedPage) => Promise<void>,
  pause: () => Promise<void>,
): Promise<string[]> {
  let left = [...ids]
  let agreed = 0
  let doubted = 0
  for (let look = 0; left.length > 0 && agreed < AGREEING; look++) {
    if (agreed > 0) await pause()
    const controls = look % 2 === 0 ? known.above : known.below
    const page = await ask([...left, ...controls])
    const isBelieved =
      page !== null &&
      isEvidence({
        asked: left,
        controls,
        shown: page.ids,
        unnamed: page.unnamed,
        isRepeated: repeatsARow(page),
      })
    if (!isBelieved) {
      agreed = 0
      if (++doubted >= MAX_LOOKS * 2) throw incompletePass(DOUBT)
      continue
    }
    const shown = new Set(page.ids)
    const found = left.filter((id) => shown.has(id))
    if (found.length > 0) await onFound(page)
    agreed = found.length > 0 ? 0 : agreed + 1
    left = left.filter((id) => !shown.has(id))
  }
  return left
}

const DOUBT = 'no contestó de forma confiable la consulta de productos por id'
