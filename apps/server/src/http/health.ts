import { readdir } from 'node:fs/promises'
import express, { type Router } from 'express'
import type { Pool } from '../db/pool.js'
import { findMissingRights, isMissingRights } from '../db/rights.js'
import { RUN_QUEUE_SCHEMA } from '../runs/queue-tables.js'
import { databaseUnreachable, HttpProblem } from './problem.js'

/**
 * `/healthz`: 200 when the process answers. `/readyz`: 200 when the database answers too, has every migration of this
 * release and the tables of the job queue, and the app's role has its rights on them, else 503. From the start of a stop
 * on it is 503 `draining`, so that a load balancer sends nothing new.
 */
export function createHealthRouter(deps: { pool: Pool; isDraining: () => boolean }): Router {
  const router = express.Router()
  router.get('/healthz', (_req, res) => {
    res.set('Cache-Control', 'no-store').json({ status: 'ok' })
  })
  router.get('/readyz', async (_req, res) => {
    if (deps.isDraining()) throw new HttpProblem(503, 'draining', 'El servidor se está reiniciando.')
    await checkDatabase(deps.pool)
    res.set('Cache-Control', 'no-store').json({ status: 'ready' })
  })
  return router
}

async function checkDatabase(pool: Pool): Promise<void> {
  try {
    const missing = await findMissingRights(pool, RUN_QUEUE_SCHEMA)
    if (missing.length > 0) throw notPrepared()
    if (await isMigrationMissing(pool)) {
      throw new HttpProblem(503, 'migrations_pending', 'Faltan migraciones de la base de datos.')
    }
  } catch (error) {
    if (isMissingRights(error)) throw notPrepared()
    throw error instanceof HttpProblem ? error : databaseUnreachable()
  }
}

function notPrepared(): HttpProblem {
  return new HttpProblem(
    503,
    'database_not_prepared',
    'A la base de datos le faltan tablas, o permisos de la aplicación sobre ellas.',
  )
}

async function isMigrationMissing(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ name: string }>('SELECT name FROM espejo_migrations')
  const done = new Set(rows.map(({ name }) => name))
  return (await migrationNames()).some((name) => !done.has(name))
}

async function migrationNames(): Promise<string[]> {
  const files = await readdir(new URL('../../migrations', import.meta.url))
  return files.filter((file) => file.endsWith('.sql')).map((file) => file.slice(0, -'.sql'.length))
}
