/** A row whose JSON says what no JavaScript value can hold. */
export class WrittenRow {
  readonly id: unknown
  readonly text: string

  /** @param part of the row's JSON that is written as `instead` */
  constructor(row: Readonly<Record<string, unknown>>, part: string, instead: string) {
    this.id = row.id
    this.text = JSON.stringify(row).replace(part, instead)
  }
}
