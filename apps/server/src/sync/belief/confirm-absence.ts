import { incompletePass } from '../failure.js'
import { type ListedPage, repeatsARow } from './listed-page.js'
import { isEvidence, isWellFormed, MAX_ATTEMPTS } from './rules.js'

/** Asks the source for products by id. Null: an answer in no order at all. */
export type FetchByIds = (ids: readonly string[], order: 'id-asc' | 'id-desc') => Promise<ListedPage | null>

/** Products that are known to be there, with ids below and above of those that are asked for. */
export interface Known {
  below: readonly string[]
  above: readonly string[]
}

/** An absence counts when so many answers in a row agree. */
const REQUIRED_ANSWERS = 2
/** Known products on one side that so many answers do not show may be gone: those on the other serve. */
const MAX_MISSED = 2

/**
 * Asks for products by id until two answers in a row, at two moments, show none of those that are left.
 * They stand in front of known products in one answer and behind them in the next: one that is cut short,
 * at either end or in the middle, cannot hide them in both. Whatever an answer shows is there, and the
 * others are asked for anew. Where none is known, they are asked for alone.
 * @param onFound takes each answer that shows some of them
 * @returns those that are absent
 * @throws {@link RunFailure} `incomplete_pass` when no answer can be believed
 */
export async function confirmAbsence(
  ask: FetchByIds,
  ids: readonly string[],
  known: Known,
  onFound: (page: ListedPage) => Promise<void>,
  pause: () => Promise<void>,
): Promise<string[]> {
  const sides = { above: sideOf(known.above), below: sideOf(known.below) }
  let left = [...ids]
  let agreed = 0
  let doubted = 0
  for (let look = 0; left.length > 0 && agreed < REQUIRED_ANSWERS; look++) {
    if (agreed > 0) await pause()
    const { side, order } = placed(look % 2 === 0, sides)
    const page = await ask([...left, ...side.controls], order)
    // What is shown is there, whatever the answer is worth otherwise.
    const shown = new Set(page?.ids)
    const found = left.filter((id) => shown.has(id))
    if (page && found.length > 0) {
      await onFound(page)
      left = left.filter((id) => !shown.has(id))
      agreed = 0
      continue
    }
    const answer = page && {
      asked: left,
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
    if (++doubted >= MAX_ATTEMPTS * 2) throw incompletePass(UNRELIABLE)
  }
  return left
}

interface Side {
  controls: readonly string[]
  /** Answers in good order that showed none of them. */
  missed: number
}

function sideOf(controls: readonly string[]): Side {
  return { controls, missed: 0 }
}

/**
 * Beside which known products, and in which order, those that are asked for stand first, or last. Where
 * none is known on one side, those of the other serve, in descending order.
 */
function placed(
  isFirst: boolean,
  { above, below }: { above: Side; below: Side },
): { side: Side; order: 'id-asc' | 'id-desc' } {
  const [side, other] = isFirst ? [above, below] : [below, above]
  const isUsable = ({ controls, missed }: Side) => controls.length > 0 && missed < MAX_MISSED
  return !isUsable(side) && isUsable(other) ? { side: other, order: 'id-desc' } : { side, order: 'id-asc' }
}

const UNRELIABLE = 'no contestó de forma confiable la consulta de productos por id'
