/** The tenant's daily request budget is used up. The request was not sent; the next day begins at `until`. */
export class BudgetSpentError extends Error {
  override readonly name = 'BudgetSpentError'
  readonly until: Date
  /** Spanish text for the operator. */
  readonly operatorMessage =
    'Se alcanzó el tope diario de consultas a Cianbox. Se sigue mañana, o antes si subís el tope en Conexión.'

  constructor(until: Date) {
    super('The daily budget of requests is spent.')
    this.until = until
  }
}
