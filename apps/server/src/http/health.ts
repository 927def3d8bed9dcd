import { readdir } from 'node:fs/promises'
import express, { type Router } from 'express'
import type { Pool } from '../db/pool.js'
import { HttpProblem } from './problem.js'

/**
 * `/healthz`: 200 when the process answers. `/readyz`: 200 when the database answers too and has every
 * migration of this release, else 503.
 */
export function createHealthRouter(deps: { pool: Pool }): Router {
  const router = express.Router()
  router.get('/healthz', (_req, res) => {
    res.set('Cache-Control', 'no-store').json({ status: 'ok' })
  })
  router.get('/readyz', async (_req, res) => {
    const missing = await missingMigrations(deps.pool).catch(() => null)
    if (missing === null) {
      throw new HttpProblem(503, 'database_unreachable', 'La base de datos no responde.')
    }
    if (missing.length > 0) {
      throw new HttpProblem(503, 'migrations_pending', 'Faltan migraciones de la base de datos.')
    }
    res.set('Cache-Control', 'no-store').json({ status: 'ready' })
  })
  return router
}

async function missingMigrations(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>('SELECT name FROM espejo_migrations')
  const done = new Set(rows.map(({ name }) => name))
  return (await migrationNames()).filter((name) => !done.has(name))
}

async function migrationNames(): Promise<string[]> {
  const files = await readdir(new URL('../../migrations', import.meta.url))
  return files.filter((file) => file.endsWith('.sql')).map((file) => file.slice(0, -'.sql'.length))
}
