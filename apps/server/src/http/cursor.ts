import type { List } from '@espejo/contract'
import type { z } from 'zod'
import { HttpProblem } from './problem.js'

/** A place in a list as the opaque text that clients carry to the next page. */
export function encodeCursor(place: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

/**
 * The place back from its text; null for a first page.
 * @throws a 400 when the text is no cursor of this list.
 */
export function decodeCursor<S extends z.ZodType>(cursor: string | undefined, place: S): z.infer<S> | null {
  if (cursor === undefined) return null
  const parsed = place.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()))
  if (!parsed.success) throw invalidCursor()
  return parsed.data
}

/** A page from its rows and, where another page follows, one row more. */
export function toList<T>(
  rows: readonly T[],
  limit: number,
  placeOf: (item: T) => readonly unknown[],
): List<T> {
  const items = rows.slice(0, limit)
  const last = rows.length > limit ? items.at(-1) : undefined
  return { items, nextCursor: last === undefined ? null : encodeCursor(placeOf(last)) }
}

export function invalidCursor(): HttpProblem {
  return new HttpProblem(
    400,
    'invalid_cursor',
    'El cursor no es de esta lista. Volvé a pedirla desde el principio, sin cursor.',
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
