import type pg from 'pg'
import { DatabaseSetupError } from './setup-error.js'

/**
 * The database role of the app. It owns nothing and is subject to row-level security. The role in `DATABASE_URL`
 * owns the tables and runs the migrations; for everything else it switches to this one with `SET ROLE`.
 */
export const APP_ROLE = 'espejo_app'

/**
 * Creates the app's role, unless it exists, and grants it to the connected role.
 * @throws {@link DatabaseSetupError} when the connected role may not; the message has the statements for an administrator.
 */
export async function ensureAppRole(client: pg.Client): Promise<void> {
  if (await canSetRole(client)) return
  const { rows } = await client.query<{ me: string }>('SELECT current_user AS me')
  const create = `CREATE ROLE ${APP_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS`
  const grant = `GRANT ${APP_ROLE} TO ${client.escapeIdentifier(rows[0]?.me ?? '')}`
  try {
    // Roles are global to the server: an Espejo on another database may have created it concurrently.
    await client.query(create).catch((error: pg.DatabaseError) => {
      if (error.code !== DUPLICATE_OBJECT) throw error
    })
    await client.query(grant)
  } catch (cause) {
    throw new DatabaseSetupError(
      `The role in DATABASE_URL may not prepare the app's own role. Have an administrator run: ${create}; ${grant};`,
      { cause },
    )
  }
}

const DUPLICATE_OBJECT = '42710'

async function canSetRole(client: pg.Client): Promise<boolean> {
  try {
    await client.query(`SET ROLE ${APP_ROLE}`)
    await client.query('RESET ROLE')
    return true
  } catch {
    return false
  }
}
