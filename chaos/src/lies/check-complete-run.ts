import { BrokenInvariant, type Rows, sameRow } from '../invariants.js'

/** The catalogue and the mirror around a run, and the part of the catalogue that the run must get right. */
export interface RunExpectation {
  /** For messages. */
  who: string
  /** `whole`: the whole catalogue. `changes`: the listed products. `named`: the given ids. */
  scope: 'whole' | 'changes' | 'named'
  /** The mirror when the run began. */
  mirrorBefore: Rows
  /** What the ERP listed when the run began, and before each later change. */
  earlier: readonly Rows[]
  /** What it listed when the run had ended. */
  truthAfter: Rows
  /** The ids of a `named` run. */
  ids: readonly number[]
  /** Ids for which no answer of the ERP showed that they are listed. */
  excused?: ReadonlySet<number>
  /** How many rows may be wrong: those that the run counted as rejects. */
  spoiled: number
}

/**
 * I1 for one run that ended `complete`.
 *
 * A **full** run (or an incremental one without a watermark, or of a dialect without dates) must mirror the whole
 * catalogue. An **incremental** run must mirror every listed product, because the ERP dates each edit; it need not
 * find deleted products, because no list shows them. A run **by ids** must mirror those of its ids that are listed,
 * and must not list those that are deleted.
 *
 * A product that changed during the run may have any of its versions since the run began; one added may be
 * missing, one deleted may still be listed.
 * @throws BrokenInvariant
 */
export function checkCompleteRun(mirror: Rows, given: RunExpectation): void {
  const { scope, earlier, truthAfter, mirrorBefore, ids } = given
  const truthBefore = earlier[0] ?? truthAfter
  const named = new Set(ids)
  const isInScope = (id: number) => scope !== 'named' || named.has(id)
  const versions = (id: number) => earlier.flatMap((rows) => (rows.has(id) ? [rows.get(id)] : []))
  const wrong: string[] = []
  for (const [id, row] of truthAfter) {
    if (!isInScope(id) || given.excused?.has(id)) continue
    if (!mirror.has(id)) {
      if (truthBefore.has(id)) wrong.push(`${id} missing`)
    } else if (![row, ...versions(id)].some((version) => sameRow(mirror.get(id), version))) {
      wrong.push(`${id} different`)
    }
  }
  for (const id of mirror.keys()) {
    const isExplained = truthAfter.has(id) || earlier.some((rows) => rows.has(id))
    const isOutOfScope = (scope === 'changes' || !isInScope(id)) && mirrorBefore.has(id)
    if (!isExplained && !isOutOfScope) wrong.push(`${id} surplus`)
  }
  if (wrong.length <= given.spoiled) return
  const shown = wrong.slice(0, 12).join(', ')
  throw new BrokenInvariant(
    'I1',
    `${given.who}: complete, and of ${truthAfter.size} listed ${wrong.length} are wrong: ${shown}`,
  )
}
