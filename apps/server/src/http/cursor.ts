import type { List } from '@espejo/contract'
import { z } from 'zod'
import { HttpProblem } from './problem.js'

/** The id of a product or of a reference item, as a cursor holds it: a PostgreSQL `bigint`. */
export const cursorId = z.string().regex(/^\d{1,18}$/)

/** A position in the log of changes: `[changeId]`. */
export const changePosition = z.tuple([cursorId])

/**
 * A position in a list that is ordered by text and then by id.
 *
 * @param maxLength of the text, in UTF-16 units: up to two for each character that PostgreSQL counts
 */
export function textPosition(maxLength: number) {
  // PostgreSQL's text cannot hold NUL.
  const text = z
    .string()
    .max(maxLength)
    .refine((value) => !value.includes('\0'))
  return z.tuple([text, cursorId])
}

/** Encodes a position in a list as the opaque `nextCursor` of a page. */
export function encodeCursor(position: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

/**
 * Decodes a cursor; null for a first page.
 * @throws HttpProblem 400 when the text is not a cursor of this list
 */
export function decodeCursor<S extends z.ZodType>(
  cursor: string | undefined,
  position: S,
): z.infer<S> | null {
  if (cursor === undefined) return null
  const parsed = position.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()))
  if (!parsed.success) throw invalidCursor()
  return parsed.data
}

/**
 * Makes a page of at most `limit` items.
 *
 * @param rows `limit` + 1 rows, or fewer where no further page follows
 */
export function toList<T>(
  rows: readonly T[],
  limit: number,
  positionOf: (item: T) => readonly unknown[],
): List<T> {
  const items = rows.slice(0, limit)
  const last = rows.length > limit ? items.at(-1) : undefined
  return { items, nextCursor: last === undefined ? null : encodeCursor(positionOf(last)) }
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
