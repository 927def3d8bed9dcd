import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadStoredSecrets } from '../connections/secrets.js'
import { connectionProblem } from '../db/connection-problem.js'
import { findEmbeddedPostgres, startEmbeddedPostgres } from '../db/embedded/index.js'
import { DatabaseSetupError } from '../db/setup-error.js'
import type { Config } from './config.js'
import { prepareDatabase } from './prepare-database.js'

/** Espejo cannot start. The message is one line that says what to do. */
export class StartError extends Error {
  override name = 'StartError'
}

/**
 * Opens the database of the settings, or starts the embedded one, and migrates it.
 *
 * @param options.onBlocked called when a migration waits for another session's lock
 * @param options.share uses an embedded PostgreSQL that another Espejo has started, in place of failing
 * @throws {@link StartError} and others
 */
export async function openDatabase(
  config: Pick<Config, 'databaseUrl' | 'secretKey' | 'dataDir'>,
  onStop: (stop: () => Promise<void>) => void,
  options: { share?: boolean; onBlocked: () => void },
): Promise<{ databaseUrl: string; secretKey: Buffer }> {
  let { databaseUrl, secretKey } = config
  if (databaseUrl === undefined) {
    const isNew = !existsSync(join(config.dataDir, 'secrets.json'))
    const embedded = { dataDir: config.dataDir, ...loadStoredSecrets(config.dataDir) }
    databaseUrl = (options.share && !isNew && (await findEmbeddedPostgres(embedded))) || undefined
    if (databaseUrl === undefined) {
      const postgres = await startEmbeddedPostgres(embedded)
      onStop(() => postgres.stop())
      databaseUrl = postgres.databaseUrl
    }
    secretKey ??= embedded.secretKey
  }
  if (secretKey === undefined) throw new StartError('ESPEJO_SECRET_KEY is required.')
  try {
    await prepareDatabase(databaseUrl, options.onBlocked)
  } catch (cause) {
    if (cause instanceof DatabaseSetupError) throw new StartError(cause.message, { cause })
    const problem = connectionProblem(cause, databaseUrl)
    throw problem === null ? cause : new StartError(problem, { cause })
  }
  return { databaseUrl, secretKey }
}
