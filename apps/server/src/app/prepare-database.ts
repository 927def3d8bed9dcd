import { grantSchema, MIGRATION_LOCK_TIMEOUT_MS, migrate } from '../db/migrate.js'
import { RUN_QUEUE_SCHEMA } from '../runs/queue-tables.js'
import { installRunQueue } from '../runs/run-queue.js'

/**
 * Migrates a database to this release: our tables, then the job queue's. Grants the app's role access to both.
 * @param onBlocked called each time that another session holds a lock; the migration is then tried again
 */
export async function prepareDatabase(databaseUrl: string, onBlocked?: () => void): Promise<void> {
  await migrate(
    databaseUrl,
    async (client) => {
      await installRunQueue(databaseUrl, MIGRATION_LOCK_TIMEOUT_MS)
      await grantSchema(client, RUN_QUEUE_SCHEMA)
    },
    onBlocked,
  )
}
