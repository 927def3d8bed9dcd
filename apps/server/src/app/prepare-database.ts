import { grantSchema, MIGRATION_LOCK_TIMEOUT_MS, migrate } from '../db/migrate.js'
import { findMissingRights, missingRights } from '../db/rights.js'
import { RUN_QUEUE_SCHEMA } from '../runs/queue-tables.js'
import { installRunQueue } from '../runs/run-queue.js'

/**
 * Migrates a database to this release: our tables, then the job queue's. Grants the app's role access to both.
 * @throws DatabaseSetupError when the app's role lacks rights that migrations gave it before, as after a restore
 * @param onBlocked called each time that another session holds a lock; the migration is then tried again
 */
export async function prepareDatabase(databaseUrl: string, onBlocked?: () => void): Promise<void> {
  await migrate(
    databaseUrl,
    async (client) => {
      await installRunQueue(databaseUrl, MIGRATION_LOCK_TIMEOUT_MS)
      await grantSchema(client, RUN_QUEUE_SCHEMA)
      const missing = await findMissingRights(client, RUN_QUEUE_SCHEMA)
      if (missing.length > 0) throw missingRights(missing)
    },
    onBlocked,
  )
}
