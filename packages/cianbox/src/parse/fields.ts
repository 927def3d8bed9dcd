import { canonicalDecimal, isTooLarge } from './decimal.js'
import { describe, FieldError } from './field-error.js'
import { MAX_TEXT } from './limits.js'
import type { Row } from './text.js'

/**
 * Readers of single fields. An invalid id, name or amount throws {@link FieldError}, which rejects the row.
 * An invalid descriptive field becomes null, with a note.
 */

export function isRecord(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A positive safe integer, as a number or a string of digits, in canonical form; otherwise undefined. */
export function toId(value: unknown): string | undefined {
  const id = toCount(value)
  return id === undefined || id === 0 ? undefined : String(id)
}

/** A safe integer ≥ 0, as a number or a string of digits; otherwise undefined. */
export function toCount(value: unknown): number | undefined {
  const count = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? Math.abs(count) : undefined
}

/** The row's own id. */
export function requireId(row: Row): string {
  const id = toId(row.id)
  if (id === undefined) {
    throw new FieldError('id', `El id tiene que ser un número entero positivo y vino ${describe(row.id)}.`)
  }
  return id
}

/** The row's name: non-blank text, unchanged. */
export function requireName(row: Row, field: string): string {
  const name = row[field]
  if (name === undefined || name === null) throw new FieldError(field, 'El registro vino sin nombre.')
  if (typeof name !== 'string') {
    throw new FieldError(field, `El nombre tiene que ser un texto y vino ${describe(name)}.`)
  }
  if (name.trim() === '') throw new FieldError(field, 'El registro vino sin nombre.')
  return withinLength(name, field, MAX_TEXT)
}

/** The id of another record. 0, empty and absent mean none. */
export function readLink(row: Row, field: string, notes: string[]): string | null {
  const value = row[field]
  if (value === undefined || value === null || value === 0 || value === '0' || value === '') return null
  const id = toId(value)
  if (id === undefined) notes.push(`${field}: vino ${describe(value)} en lugar de un id; se dejó vacío.`)
  return id ?? null
}

/** Unchanged text, or null when blank. Numbers are converted to text, because codes are often numbers. */
export function readText(row: Row, field: string, notes: string[], max = MAX_TEXT): string | null {
  const value = row[field]
  if (typeof value === 'string') return value.trim() === '' ? null : withinLength(value, field, max)
  if (value === undefined || value === null) return null
  if (typeof value === 'number') return String(value)
  notes.push(`${field}: vino ${describe(value)} en lugar de un texto; se dejó vacío.`)
  return null
}

/** An amount, a quantity or a rate; null when absent or empty. */
export function readDecimal(row: Row, field: string): string | null {
  const value = row[field]
  if (value === undefined || value === null || value === '') return null
  const decimal = canonicalDecimal(value)
  if (decimal === undefined) {
    throw new FieldError(field, `${field}: ${describe(value)} no es un número con punto decimal.`)
  }
  if (isTooLarge(decimal)) throw new FieldError(field, `${field}: ${describe(value)} es demasiado grande.`)
  return decimal
}

/** `true`, 1 or "1", and their opposites; `fallback` when absent, or with a note when invalid. */
export function readBoolean(row: Row, field: string, fallback: boolean, notes: string[]): boolean {
  const value = row[field]
  if (value === true || value === 1 || value === '1' || value === 'true') return true
  if (value === false || value === 0 || value === '0' || value === 'false') return false
  if (value !== undefined && value !== null) {
    notes.push(`${field}: no se entendió ${describe(value)}; se tomó ${fallback ? 'sí' : 'no'}.`)
  }
  return fallback
}

/**
 * Reads every record of a list inside a row. Entries that are not records are omitted with a note; `read`
 * can omit more by returning undefined. Notes and errors contain the path, such as `precios[2].final`.
 */
export function readEach<T>(
  row: Row,
  field: string,
  notes: string[],
  read: (entry: Row) => T | undefined,
): T[] {
  const list = row[field]
  const items: T[] = []
  if (list === undefined || list === null) return items
  if (!Array.isArray(list)) {
    notes.push(`${field}: vino ${describe(list)} en lugar de una lista; se dejó vacía.`)
    return items
  }
  for (let index = 0; index < list.length; index++) {
    const entry: unknown = list[index]
    const before = notes.length
    try {
      if (isRecord(entry)) {
        const item = read(entry)
        if (item !== undefined) items.push(item)
      } else {
        notes.push(`vino ${describe(entry)} en lugar de un objeto; se omitió.`)
      }
    } catch (error) {
      throw error instanceof FieldError ? error.within(`${field}[${index}]`) : error
    }
    for (let n = before; n < notes.length; n++) notes[n] = `${field}[${index}]: ${notes[n]}`
  }
  return items
}

function withinLength(text: string, field: string, max: number): string {
  if (text.length <= max) return text
  throw new FieldError(field, `${field}: el texto tiene ${text.length} caracteres y el máximo es ${max}.`)
}
