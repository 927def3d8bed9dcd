import type pg from 'pg'
import { APP_ROLE } from './roles.js'
import { DatabaseSetupError } from './setup-error.js'

/**
 * The schemas that are missing or empty, or on whose tables the app's role lacks a right; `espejo_migrations` where it
 * may not read that table. Empty: all is there.
 *
 * @param queueSchema the schema of the job queue
 */
export async function findMissingRights(
  db: Pick<pg.ClientBase, 'query'>,
  queueSchema: string,
): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `SELECT name FROM unnest($2::text[]) AS name LEFT JOIN pg_namespace n ON n.nspname = name
      WHERE n.oid IS NULL OR NOT has_schema_privilege($1, n.oid, 'USAGE')
         OR NOT coalesce((
              SELECT bool_and(has_table_privilege($1, c.oid, 'SELECT') AND has_table_privilege($1, c.oid, 'INSERT')
                          AND has_table_privilege($1, c.oid, 'UPDATE') AND has_table_privilege($1, c.oid, 'DELETE'))
                FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p')), false)
     UNION ALL
     SELECT 'espejo_migrations' WHERE NOT has_table_privilege($1, 'espejo_migrations', 'SELECT')`,
    [APP_ROLE, ['app', 'catalog', queueSchema]],
  )
  return rows.map(({ name }) => name)
}

/** Whether a statement failed because a role, a schema, a table or a right is missing. */
export function isMissingRights(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  // Insufficient privilege; undefined role, schema, table; a role that cannot be set.
  return typeof code === 'string' && /^(42501|42704|3F000|42P01|22023|0P000)$/.test(code)
}

/** The error for what {@link findMissingRights} found, with the statements to run. */
export function missingRights(missing: readonly string[]): DatabaseSetupError {
  return new DatabaseSetupError(
    `The role ${APP_ROLE} lacks rights on ${missing.join(', ')}, as after a restore on a server without this role. As the owner of the database run: ${GRANTS.join('; ')}; and start again.`,
  )
}

const GRANTS = [
  `GRANT USAGE ON SCHEMA app, catalog TO ${APP_ROLE}`,
  `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA app, catalog TO ${APP_ROLE}`,
  `ALTER DEFAULT PRIVILEGES IN SCHEMA app, catalog GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${APP_ROLE}`,
  `GRANT SELECT ON espejo_migrations TO ${APP_ROLE}`,
]
