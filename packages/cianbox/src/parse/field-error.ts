import { storableText } from './text.js'

/** Why a row is rejected. Internal: the parser converts it to a {@link SourceReject}. */
export class FieldError extends Error {
  /** Cianbox's name of the field; null if it concerns the whole row. */
  readonly field: string | null

  /** @param reason Spanish sentence for the operator. */
  constructor(field: string | null, reason: string) {
    super(reason)
    this.field = field
  }

  /** The same error with the path of the nested record that contains the field. */
  within(path: string): FieldError {
    return new FieldError(`${path}.${this.field}`, `${path}.${this.message}`)
  }
}

const MAX_SHOWN = 40

/** A value for a reason: shortened, and without characters that cannot be stored. */
export function describe(value: unknown): string {
  if (Array.isArray(value)) return 'una lista'
  if (value === null || value === undefined) return 'vacío'
  if (typeof value === 'object') return 'un objeto'
  const text = storableText(String(value))
  return `«${text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN).toWellFormed()}…` : text}»`
}
