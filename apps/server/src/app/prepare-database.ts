import { grantSchema, migrate } from '../db/migrate.js'
import { RUN_QUEUE_SCHEMA } from '../runs/queue-tables.js'
import { installRunQueue } from '../runs/run-queue.js'

/** Migrates a database to this release: our tables, then the job queue's. Grants the app's role access to both. */
export async function prepareDatabase(databaseUrl: string): Promise<void> {
  await migrate(databaseUrl, async (client) => {
    await installRunQueue(databaseUrl)
    await grantSchema(client, RUN_QUEUE_SCHEMA)
  })
}
