import type { TextRow } from './baseline-columns.js'

/** Rows in the text format of `COPY … FROM STDIN`. */
export function copyText(rows: readonly TextRow[]): string {
  return rows.map((row) => `${row.map(field).join('\t')}\n`).join('')
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function field(value: string | null): string {
  return value === null ? '\\N' : value.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character)
}
