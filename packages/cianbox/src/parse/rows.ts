import { FieldError } from './field-error.js'
import { isRecord, toId } from './fields.js'
import type { SourceReject } from './source-product.js'
import { isStorableValue, isTooDeep, type Row, storablePayload, storableValue } from './text.js'

/** Converts a cleaned row to an item; throws {@link FieldError} to reject it. */
export type RowMapper<T> = (row: Row, notes: string[]) => T

/** Maps every row. An invalid row becomes a reject: items + rejects = rows. */
export function mapRows<T>(
  rows: readonly unknown[],
  page: number,
  map: RowMapper<T>,
): { items: T[]; rejects: SourceReject[] } {
  const items: T[] = []
  const rejects: SourceReject[] = []
  for (let position = 0; position < rows.length; position++) {
    const row = rows[position]
    try {
      const notes: string[] = []
      items.push(map(cleanRow(row, notes), notes))
    } catch (error) {
      if (!(error instanceof FieldError)) throw error
      rejects.push({
        id: (isRecord(row) && toId(row.id)) || null,
        page,
        position,
        field: error.field,
        reason: error.message,
        payload: storablePayload(row),
      })
    }
  }
  return { items, rejects }
}

function cleanRow(row: unknown, notes: string[]): Row {
  if (!isRecord(row)) throw new FieldError(null, 'La fila no es un objeto.')
  if (isStorableValue(row)) return row
  if (isTooDeep(row)) throw new FieldError(null, 'La fila tiene datos anidados a demasiada profundidad.')
  const dirty = Object.entries(row).filter((entry) => !isStorableValue(entry))
  const clean = storableValue(row) as Row
  const names = dirty.map(([key]) => storableValue(key)).join(', ')
  notes.push(`Se quitaron caracteres que no se pueden guardar en: ${names}.`)
  return clean
}
