/** A row as JSON text, for values that no JavaScript value can represent. */
export class RawJsonRow {
  readonly id: unknown
  readonly text: string

  /** @param part part of the row's JSON, replaced by `instead` */
  constructor(row: Readonly<Record<string, unknown>>, part: string, instead: string) {
    this.id = row.id
    this.text = JSON.stringify(row).replace(part, instead)
  }
}
