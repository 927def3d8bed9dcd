import { incompletePass } from '../failure.js'
import { type ListedPage, repeatsARow } from './listed-page.js'
import { isEvidence, isWellFormed, MAX_ATTEMPTS } from './rules.js'

/** Fetches products by id. Null: the answer cannot be used, as it has more rows than ids were requested. */
export type FetchByIds = (ids: readonly string[], order: 'id-asc' | 'id-desc') => Promise<ListedPage | null>

/** Ids of products known to exist, below and above the requested ids. */
export interface Known {
  below: readonly string[]
  above: readonly string[]
}

/** An absence is confirmed by so many answers in a row. */
const REQUIRED_ANSWERS = 2
/** After so many answers without the known products of one side, those of the other side are used: the former may be deleted. */
const MAX_MISSED = 2

/**
 * Requests products by id until two answers in a row, at two moments, contain none of the remaining ids. In one answer
 * these come before products known to exist, in the next after them, so that an answer that is truncated, at either end
 * or in the middle, cannot lack them in both. Ids that an answer contains exist; the others are requested again.
 * Without known products they are requested alone.
 * @param onFound called with each answer that contains some of the ids
 * @param pause waits between two answers that agree
 * @returns the absent ids
 * @throws {@link RunFailure} `incomplete_pass` when no answer can be believed
 */
export async function confirmAbsence(
  fetchByIds: FetchByIds,
  ids: readonly string[],
  known: Known,
  onFound: (page: ListedPage) => Promise<void>,
  pause: () => Promise<void>,
): Promise<string[]> {
  const sides = { above: sideOf(known.above), below: sideOf(known.below) }
  let left = [...ids]
  let agreed = 0
  let unreliable = 0
  for (let attempt = 0; left.length > 0 && agreed < REQUIRED_ANSWERS; attempt++) {
    if (agreed > 0) await pause()
    const { side, order } = sideFor(attempt % 2 === 0, sides)
    const page = await fetchByIds([...left, ...side.controls], order)
    // A row proves that its product exists, also in an answer that is no evidence of absence.
    const shown = new Set(page?.ids)
    const found = left.filter((id) => shown.has(id))
    if (page && found.length > 0) {
      await onFound(page)
      left = left.filter((id) => !shown.has(id))
      agreed = 0
      continue
    }
    const answer = page && {
      requested: left,
      controls: side.controls,
      shown: page.ids,
      withoutId: page.withoutId,
      isRepeated: repeatsARow(page),
    }
    if (answer && isEvidence(answer)) {
      agreed++
      continue
    }
    if (answer && isWellFormed(answer)) side.missed++
    agreed = 0
    if (++unreliable >= MAX_ATTEMPTS * 2) throw incompletePass(UNRELIABLE)
  }
  return left
}

interface Side {
  controls: readonly string[]
  /** Well-formed answers that contained none of them. */
  missed: number
}

function sideOf(controls: readonly string[]): Side {
  return { controls, missed: 0 }
}

/**
 * Chooses the known products and the order that put the requested ids first, or last, in the answer. Where one side has
 * no usable products, those of the other side serve, in descending order.
 */
function sideFor(
  isFirst: boolean,
  { above, below }: { above: Side; below: Side },
): { side: Side; order: 'id-asc' | 'id-desc' } {
  const [side, other] = isFirst ? [above, below] : [below, above]
  const isUsable = ({ controls, missed }: Side) => controls.length > 0 && missed < MAX_MISSED
  return !isUsable(side) && isUsable(other) ? { side: other, order: 'id-desc' } : { side, order: 'id-asc' }
}

const UNRELIABLE = 'no contestó de forma confiable la consulta de productos por id'
