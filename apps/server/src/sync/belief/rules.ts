import type { CianboxError } from '@espejo/cianbox'
import { type ListedPage, lengthOf, repeatsARow } from './listed-page.js'

/**
 * The rules of belief: when something that is missing from an answer counts as absent. What an answer contains is
 * believed at once. What is missing is requested again, by a different request where there is one, until two answers
 * agree and no other answer contradicts them. Pure functions; docs/run-lifecycle.md lists the rules and their tests.
 */

/** Requests in all for an answer that cannot be believed, before the run ends. */
export const MAX_ATTEMPTS = 3

/**
 * Whether a page fills as many places as were requested. A shorter one in the middle of the list has lost rows, or its
 * source leaves rows out by rule, or caps its pages.
 */
export function isFull(page: ListedPage, size: number): boolean {
  return lengthOf(page) >= size
}

/**
 * Compares a short page with the same range of the list read in shorter pages, the parts.
 * - `whole`: the parts are full, so the range was seen
 * - `left_out`: both have the same rows in the same order: the source leaves rows out by a rule of its own. A source
 *   that caps its pages cannot look like this, since its parts begin elsewhere in the list.
 * - `contradiction`: neither can be believed
 */
export function compareWithParts(
  page: ListedPage,
  parts: readonly ListedPage[],
  partSize: number,
): 'whole' | 'left_out' | 'contradiction' {
  if (parts.every((part) => isFull(part, partSize))) return 'whole'
  const together = parts.flatMap(({ ids }) => ids)
  // An empty range is no rule: everything after some point may be missing. A repeated row may replace another.
  const mayBeRule = page.ids.length > 0 && ![page, ...parts].some(repeatsARow)
  const isSame = mayBeRule && together.length === page.ids.length
  return isSame && together.every((id, i) => id === page.ids[i]) ? 'left_out' : 'contradiction'
}

/**
 * Number of parts in which a page of `size` rows is read again: the smallest divisor above 1, since pages of a list
 * begin at multiples of their length. Null when only pages of one row would do.
 */
export function partsOf(size: number): number | null {
  for (let parts = 2; parts <= size / 2; parts++) if (size % parts === 0) return parts
  return null
}

/** The largest page length up to `size` that can be read again in two to five parts; `size` when there is none. */
export function divisible(size: number): number {
  for (let fitting = size; fitting > 1; fitting--) {
    const parts = partsOf(fitting)
    if (parts !== null && parts <= 5) return fitting
  }
  return size
}

/** Places of a list whose last page is `lastPage` (0: empty list), with `lastLength` rows. */
export function placesOf(size: number, lastPage: number, lastLength: number): number {
  return lastPage === 0 ? 0 : (lastPage - 1) * size + lastLength
}

/** An answer to a request by id. */
export interface ByIdAnswer {
  /** Ids whose absence is to be confirmed. */
  requested: readonly string[]
  /** Ids of products known to exist, requested together with the others. */
  controls: readonly string[]
  /** Ids of the answer. */
  shown: readonly string[]
  /** Number of rows without a readable id. */
  withoutId: number
  /** A row is repeated. */
  isRepeated: boolean
}

/**
 * Whether an answer by id can be used at all. A row without a readable id may be the missing one, a repeated row may
 * replace it, and a row that was not requested shows that the source ignores the ids.
 */
export function isWellFormed({ requested, controls, shown, withoutId, isRepeated }: ByIdAnswer): boolean {
  const known = new Set([...requested, ...controls])
  return withoutId === 0 && !isRepeated && shown.every((id) => known.has(id))
}

/** Whether an answer by id is evidence that missing ids are absent: it must contain a product known to exist. */
export function isEvidence(answer: ByIdAnswer): boolean {
  const { controls, shown } = answer
  return isWellFormed(answer) && (controls.length === 0 || controls.some((id) => shown.includes(id)))
}

/** Whether retirements, with those of the last day, need a person's decision. @param retiring `share`: 0 to 1, of `of` */
export function exceedsGuard(retiring: {
  count: number
  recent: number
  of: number
  share: number
}): boolean {
  return retiring.count > 0 && retiring.count + retiring.recent > retiring.of * retiring.share
}

/**
 * The newest time that is not after `now`, ISO 8601 UTC; null when there is none. One row dated years ahead would
 * otherwise set the watermark past every change until then.
 */
export function newestUntil(now: Date, times: readonly (string | null)[]): string | null {
  const limit = now.toISOString()
  return times.reduce<string | null>(
    (newest, at) => (at !== null && at <= limit && (newest === null || at > newest) ? at : newest),
    null,
  )
}

/**
 * Whether the source refused a page, as some do after the last one: a 4xx, or an error in a response with status 200.
 * A 5xx is a failure of the source and implies nothing about the list.
 */
export function isRefusal({ kind, status }: Pick<CianboxError, 'kind' | 'status'>): boolean {
  return kind === 'bad_request' || (kind === 'server_error' && status === 200)
}
