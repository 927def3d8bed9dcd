/** The embedded PostgreSQL could not be prepared or started; The message says what to do. */
export class EmbeddedPostgresError extends Error {
  override name = 'EmbeddedPostgresError'
}
