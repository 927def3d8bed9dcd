import type pg from 'pg'

/**
 * The role that the app works as. It owns nothing and bypasses nothing; whoever `DATABASE_URL`
 * names owns the tables, runs the migrations, and takes this role on for everything else.
 */
export const APP_ROLE = 'espejo_app'

/**
 * Creates the app's role, unless it is there, and lets the connected role take it on.
 * @throws with the statements for an administrator when the connected role may not.
 */
export async function ensureAppRole(client: pg.Client): Promise<void> {
  if (await canTakeOn(client)) return
  const { rows } = await client.query<{ me: string }>('SELECT current_user AS me')
  const create = `CREATE ROLE ${APP_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS`
  const grant = `GRANT ${APP_ROLE} TO ${client.escapeIdentifier(rows[0]?.me ?? '')}`
  try {
    // Roles belong to the whole server: another database's Espejo may have created it just now.
    await client.query(create).catch((error: pg.DatabaseError) => {
      if (error.code !== DUPLICATE_OBJECT) throw error
    })
    await client.query(grant)
  } catch (cause) {
    throw new Error(
      `The role in DATABASE_URL may not prepare the app's own role. Have an administrator run: ${create}; ${grant};`,
      { cause },
    )
  }
}

const DUPLICATE_OBJECT = '42710'

async function canTakeOn(client: pg.Client): Promise<boolean> {
  try {
    await client.query(`SET ROLE ${APP_ROLE}`)
    await client.query('RESET ROLE')
    return true
  } catch {
    return false
  }
}
