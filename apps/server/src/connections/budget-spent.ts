/** The tenant's requests of today are used up. Nothing was sent; the next day begins at `until`. */
export class BudgetSpentError extends Error {
  override readonly name = 'BudgetSpentError'
  readonly until: Date
  /** For an operator. */
  readonly operatorMessage =
    'Se alcanzó el tope diario de consultas a Cianbox. Se sigue mañana, o antes si subís el tope en Conexión.'

  constructor(until: Date) {
    super('The daily budget of requests is spent.')
    this.until = until
  }
}
