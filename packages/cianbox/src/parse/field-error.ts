import { storableText } from './text.js'

/** Why a row cannot be used. Internal: it becomes a {@link SourceReject} and never leaves the parser. */
export class FieldError extends Error {
  /** Name of the field as Cianbox sends it; null when the row as a whole is unusable. */
  readonly field: string | null

  /** @param reason Spanish sentence for the operator. */
  constructor(field: string | null, reason: string) {
    super(reason)
    this.field = field
  }

  /** The same fault, seen from the row that holds the record at `path`. */
  within(path: string): FieldError {
    return new FieldError(`${path}.${this.field}`, `${path}.${this.message}`)
  }
}

const MAX_SHOWN = 40

/** A value as it may appear in a reason: short, and without what cannot be stored. */
export function describe(value: unknown): string {
  if (Array.isArray(value)) return 'una lista'
  if (value === null || value === undefined) return 'vacío'
  if (typeof value === 'object') return 'un objeto'
  const text = storableText(String(value))
  return `«${text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN).toWellFormed()}…` : text}»`
}
