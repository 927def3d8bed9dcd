import type { CianboxError } from '@espejo/cianbox'
import { type ListedPage, lengthOf, repeatsARow } from './listed-page.js'

/**
 * The rules of belief: when something that the source did not show counts as absent. What it shows is
 * believed at once; what it does not show is asked for again, by another question where there is one,
 * until two answers agree and nothing that was seen speaks against them. Pure; docs/run-lifecycle.md
 * numbers them, and each has its test.
 */

/** How often an answer that cannot be believed is asked for in all before the run ends. */
export const MAX_ATTEMPTS = 3

/**
 * Whether a page in the middle of the list shows every place that it should. A shorter one has lost
 * rows, or its source leaves rows out, or serves fewer than it is asked for.
 */
export function isFull(page: ListedPage, size: number): boolean {
  return lengthOf(page) >= size
}

/**
 * What a short page and the same stretch read in shorter pages say together.
 * - `whole`: the shorter pages are full, so the stretch was seen
 * - `left_out`: both show the same rows in the same order: the source leaves rows out by a rule of its
 *   own. A limit that shrank cannot show this, as its short pages lie elsewhere in the list.
 * - `contradiction`: neither can be believed
 */
export function compareWithParts(
  page: ListedPage,
  parts: readonly ListedPage[],
  partSize: number,
): 'whole' | 'left_out' | 'contradiction' {
  if (parts.every((part) => isFull(part, partSize))) return 'whole'
  const together = parts.flatMap(({ ids }) => ids)
  // A stretch of nothing is no rule: everything behind some point may be missing. Nor is a row for another.
  const mayBeRule = page.ids.length > 0 && ![page, ...parts].some(repeatsARow)
  const isSame = mayBeRule && together.length === page.ids.length
  return isSame && together.every((id, i) => id === page.ids[i]) ? 'left_out' : 'contradiction'
}

/**
 * In how many pages a stretch of `size` rows is read again: the smallest number above 1 that divides
 * it, since pages of a list begin at multiples of their length. Null: only by pages of one row.
 */
export function partsOf(size: number): number | null {
  for (let parts = 2; parts <= size / 2; parts++) if (size % parts === 0) return parts
  return null
}

/** The largest page of at most `size` rows that can be read again in two to five parts. */
export function divisible(size: number): number {
  for (let fitting = size; fitting > 1; fitting--) {
    const parts = partsOf(fitting)
    if (parts !== null && parts <= 5) return fitting
  }
  return size
}

/** Places of a list whose last page is `lastPage`, with `lastLength` rows. */
export function placesOf(size: number, lastPage: number, lastLength: number): number {
  return lastPage === 0 ? 0 : (lastPage - 1) * size + lastLength
}

/** What a source answered to a question by id. */
export interface ByIdAnswer {
  asked: readonly string[]
  /** Products that are known to be there, asked for along with the others. */
  controls: readonly string[]
  shown: readonly string[]
  /** Rows without a readable id. */
  withoutId: number
  /** A row stood twice. */
  isRepeated: boolean
}

/**
 * Whether an answer by id is in good order. A row without a readable id may be the one that is missing,
 * one that stands twice may stand in its place, and one that nobody asked for says that ids are not heeded.
 */
export function isWellFormed({ asked, controls, shown, withoutId, isRepeated }: ByIdAnswer): boolean {
  const known = new Set([...asked, ...controls])
  return withoutId === 0 && !isRepeated && shown.every((id) => known.has(id))
}

/** Whether an answer by id says anything of what it does not show: it must show a product that is known to be there. */
export function isEvidence(answer: ByIdAnswer): boolean {
  const { controls, shown } = answer
  return isWellFormed(answer) && (controls.length === 0 || controls.some((id) => shown.includes(id)))
}

/** Whether so many retirements, with those of the last day, need a person's word first. */
export function exceedsGuard(retiring: {
  count: number
  recent: number
  of: number
  share: number
}): boolean {
  return retiring.count > 0 && retiring.count + retiring.recent > retiring.of * retiring.share
}

/**
 * The newest of some times that is not in the future: one row dated years ahead must not hide all
 * that is modified until then. ISO 8601 UTC; null when none is left.
 */
export function newestUntil(now: Date, times: readonly (string | null)[]): string | null {
  const limit = now.toISOString()
  return times.reduce<string | null>(
    (newest, at) => (at !== null && at <= limit && (newest === null || at > newest) ? at : newest),
    null,
  )
}

/**
 * Whether the source refused a page, as some do behind the end: a 4xx, or an error said inside a 200.
 * A 5xx says that the source is in trouble and nothing of the list.
 */
export function isRefusal({ kind, status }: Pick<CianboxError, 'kind' | 'status'>): boolean {
  return kind === 'bad_request' || (kind === 'server_error' && status === 200)
}
