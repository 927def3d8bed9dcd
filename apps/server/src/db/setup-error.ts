/** The database cannot be prepared for this release. The message is one line that says what to do. */
export class DatabaseSetupError extends Error {
  override name = 'DatabaseSetupError'
}
