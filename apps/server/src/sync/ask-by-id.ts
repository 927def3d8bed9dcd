import { type CianboxClient, CianboxError, type ProductRow, productRowId } from '@espejo/cianbox'
import { listedPage, repeatsARow } from './belief/listed-page.js'
import { isInOrder, isRefusal, MAX_LOOKS, standingOf } from './belief/rules.js'
import { incompletePass } from './failure.js'

/** Most ids that one request may name (vendor's documentation). */
export const IDS_A_REQUEST = 200

/**
 * Asks for products by id, beside products that are known to be there, until the answer can be believed
 * in what it does not show: see {@link standingOf}.
 * @returns the rows of what was asked for; who is not among them is absent in this one answer
 * @throws {@link RunFailure} `incomplete_pass` when no answer can be believed
 */
export async function askBesideKnown(
  client: CianboxClient,
  asked: readonly string[],
  controls: readonly string[],
  signal: AbortSignal,
): Promise<ProductRow[]> {
  const found = new Map<string, ProductRow>()
  let open = asked
  for (let look = 1; look <= MAX_LOOKS && open.length > 0; look++) {
    const rows = (await askUnlessTooMany(client, [...open, ...controls], signal)) ?? []
    const { ids: shown, unnamed, isRepeated } = shownBy(rows)
    const answer = { asked: open, controls, shown, unnamed, isRepeated }
    if (!isInOrder(answer)) continue
    keep(rows, open, found)
    const unseen = open.filter((id) => !found.has(id))
    const undecided: string[] = []
    for (const id of unseen) {
      const standing = standingOf(id, answer)
      if (standing === 'unknown') undecided.push(id)
      else if (standing === 'alone') keep(await client.getProductRows([id], { signal }), [id], found)
    }
    open = undecided
  }
  if (open.length === 0) return [...found.values()]
  throw incompletePass('no contestó de forma confiable la consulta de productos por id')
}

function shownBy(rows: readonly ProductRow[]) {
  const page = listedPage({ rows, totalPages: null })
  return { ids: page.ids, unnamed: page.unnamed, isRepeated: repeatsARow(page) }
}

function keep(rows: readonly ProductRow[], wanted: readonly string[], found: Map<string, ProductRow>): void {
  for (const row of rows) {
    const id = productRowId(row.raw)
    if (id !== null && wanted.includes(id)) found.set(id, row)
  }
}

/** Null for an answer that has more rows than ids were asked for. */
async function askUnlessTooMany(
  client: CianboxClient,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ProductRow[] | null> {
  try {
    return await client.getProductRows(ids, { signal })
  } catch (error) {
    if (error instanceof CianboxError && error.kind === 'invalid_response') return null
    throw error
  }
}

/** A part of the ids asked for, with what the source answered: null where it cannot answer for that one id. */
export interface ByIdAnswer {
  asked: readonly string[]
  rows: ProductRow[] | null
}

/**
 * Asks for products by id. Where the source fails for some of them, halves are asked for, both before
 * either is halved again, until the ids that it cannot answer for stand alone.
 * @throws CianboxError when the source fails whatever it is asked for
 */
export async function askByIdIsolating(
  client: CianboxClient,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ByIdAnswer[]> {
  const answers: ByIdAnswer[] = []
  let parts: (readonly string[])[] = [ids]
  while (parts.length > 0) {
    const halves: (readonly string[])[] = []
    let failure: unknown
    for (const part of parts) {
      try {
        answers.push({ asked: part, rows: await client.getProductRows(part, { signal }) })
      } catch (error) {
        if (!(error instanceof CianboxError) || !isAboutTheIds(error)) throw error
        failure = error
        if (part.length === 1) answers.push({ asked: part, rows: null })
        else halves.push(part.slice(0, Math.ceil(part.length / 2)), part.slice(Math.ceil(part.length / 2)))
      }
    }
    // Where nothing at all was answered, it is not about some of the ids.
    if (
      failure !== undefined &&
      answers.every(({ rows }) => rows === null) &&
      halves.length >= MOST_BAD * 2
    ) {
      throw failure
    }
    parts = halves
  }
  // One id alone cannot be told from a source that fails for all.
  if (answers.every(({ rows }) => rows === null)) {
    throw new CianboxError('server_error', 'The source answers for none of the ids')
  }
  return answers
}

/** So many parts without a single answer say that the source is in trouble, whatever it is asked for. */
const MOST_BAD = 4

function isAboutTheIds(error: CianboxError): boolean {
  return !error.circuitOpen && (isRefusal(error) || error.kind === 'server_error')
}
