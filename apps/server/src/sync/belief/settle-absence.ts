import { incompletePass } from '../failure.js'
import { type ListedPage, repeatsARow } from './listed-page.js'
import { isEvidence, isInOrder, MAX_LOOKS } from './rules.js'

/** Asks the source for products by id; it answers by ascending id. Null: an answer in no order at all. */
export type AskByIds = (ids: readonly string[]) => Promise<ListedPage | null>

/** Products that are known to be there, with ids below and above of those that are asked for. */
export interface Known {
  below: readonly string[]
  above: readonly string[]
}

/** An absence counts when so many answers in a row agree. */
const AGREEING = 2
/** Known products on one side that so many answers do not show may be gone, where those on the other are there. */
const PATIENCE = 2

/**
 * Asks for products by id until two answers in a row, at two moments, show none of those that are left.
 * The first is asked for beside known products with higher ids, the next beside lower ones, and so on: an
 * answer that is cut short, at either end or in the middle, cannot hide what stands first in one of them
 * and last in the other. Whatever one of them shows is there, and the others are asked for anew. On a side
 * where none is known they are asked for alone, which counts beside an answer that shows a known product.
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
  const sides = [sideOf(known.above), sideOf(known.below)] as const
  let left = [...ids]
  let agreed = 0
  let doubted = 0
  // The first answer is one that can be believed.
  const first = known.above.length === 0 ? 1 : 0
  for (let look = first; left.length > 0 && agreed < AGREEING; look++) {
    const [side, other] = look % 2 === 0 ? sides : [sides[1], sides[0]]
    const controls = side.missed >= PATIENCE && other.shown > 0 ? [] : side.controls
    if (agreed > 0) await pause()
    const page = await ask([...left, ...controls])
    const answer = page && {
      asked: left,
      controls,
      shown: page.ids,
      unnamed: page.unnamed,
      isRepeated: repeatsARow(page),
    }
    const isBelieved =
      answer !== null && isEvidence(answer) && !(isAlone(controls, sides) && other.shown === 0)
    if (!isBelieved) {
      if (answer && isInOrder(answer)) side.missed++
      agreed = 0
      if (++doubted >= MAX_LOOKS * 2) throw incompletePass(DOUBT)
      continue
    }
    if (controls.length > 0) side.shown++
    const shown = new Set(page?.ids)
    const found = left.filter((id) => shown.has(id))
    if (page && found.length > 0) await onFound(page)
    agreed = found.length > 0 ? 0 : agreed + 1
    left = left.filter((id) => !shown.has(id))
  }
  return left
}

interface Side {
  controls: readonly string[]
  /** Answers in good order that showed none of them, and answers that showed some. */
  missed: number
  shown: number
}

function sideOf(controls: readonly string[]): Side {
  return { controls, missed: 0, shown: 0 }
}

/** Whether nothing known is asked for along, although something is known on the other side. */
function isAlone(controls: readonly string[], sides: readonly Side[]): boolean {
  return controls.length === 0 && sides.some((side) => side.controls.length > 0)
}

const DOUBT = 'no contestó de forma confiable la consulta de productos por id'
