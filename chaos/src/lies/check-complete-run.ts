import { BrokenInvariant, type Rows, sameRow } from '../invariants.js'

/** What there was while a run went on, and what it was asked to bring about. */
export interface Responsibility {
  /** For messages. */
  who: string
  /** `whole`: a pass over everything. `changes`: what is listed. `named`: the ids alone. */
  scope: 'whole' | 'changes' | 'named'
  /** The mirror when it began. */
  mirrorBefore: Rows
  /** What the ERP listed when it began, and before each change since. */
  earlier: readonly Rows[]
  /** What it listed when the run had ended. */
  truthAfter: Rows
  /** For `named`. */
  ids: readonly number[]
  /** Ids of which nothing could have told that they are listed. */
  excused?: ReadonlySet<number>
  /** How many rows it may have left aside because they could not be read: those that it counted as rejects. */
  spoiled: number
}

/**
 * I1 for one run that ended `complete`.
 *
 * A **full** run (and an incremental one without a watermark, or of a dialect without dates) answers for the
 * whole catalogue. An **incremental** one answers for what is listed: whatever differs was dated by the ERP,
 * but what is gone is no change that a list shows. A run **by ids** answers for those ids: what is listed is
 * mirrored, what is gone is not listed.
 *
 * What moved while the run went on may stand as it was before or as it is now: a product edited meanwhile is
 * there with any of its contents since, one added may be missing, one gone may be listed.
 * @throws BrokenInvariant
 */
export function completeRunIsTrue(mirror: Rows, given: Responsibility): void {
  const { scope, earlier, truthAfter, mirrorBefore, ids } = given
  const truthBefore = earlier[0] ?? truthAfter
  const named = new Set(ids)
  const answersFor = (id: number) => scope !== 'named' || named.has(id)
  const versions = (id: number) => earlier.flatMap((rows) => (rows.has(id) ? [rows.get(id)] : []))
  const wrong: string[] = []
  for (const [id, row] of truthAfter) {
    if (!answersFor(id) || given.excused?.has(id)) continue
    if (!mirror.has(id)) {
      if (truthBefore.has(id)) wrong.push(`${id} missing`)
    } else if (![row, ...versions(id)].some((version) => sameRow(mirror.get(id), version))) {
      wrong.push(`${id} different`)
    }
  }
  for (const id of mirror.keys()) {
    const isExplained = truthAfter.has(id) || earlier.some((rows) => rows.has(id))
    const isLeftToOthers = (scope === 'changes' || !answersFor(id)) && mirrorBefore.has(id)
    if (!isExplained && !isLeftToOthers) wrong.push(`${id} surplus`)
  }
  if (wrong.length <= given.spoiled) return
  const shown = wrong.slice(0, 12).join(', ')
  throw new BrokenInvariant(
    'I1',
    `${given.who}: complete, and of ${truthAfter.size} listed ${wrong.length} are wrong: ${shown}`,
  )
}
