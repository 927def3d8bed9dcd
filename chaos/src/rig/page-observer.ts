import { setTimeout as delay } from 'node:timers/promises'
import type { PageSighting } from '../invariants.js'
import type { Rig } from './rig.js'

/** Looks at the pages that runs have committed while they go on: a run that completes forgets them. */
export interface Observer {
  stop(): Promise<PageSighting[]>
}

export function observePages(admin: Rig['postgres']['admin'], tenantIds: readonly string[]): Observer {
  const sightings = new Map<string, PageSighting>()
  let isStopping = false

  async function look() {
    const { rows } = await admin.query<PageSighting>(
      `SELECT run_id AS "runId", phase, page, epoch, xmin::text FROM app.run_pages WHERE tenant_id = ANY ($1)`,
      [tenantIds],
    )
    for (const seen of rows) sightings.set(Object.values(seen).join(' '), seen)
  }

  async function watch() {
    while (!isStopping) {
      // The database may be down just now, on purpose.
      await look().catch(() => undefined)
      await delay(100)
    }
  }

  const watching = watch()
  return {
    async stop() {
      isStopping = true
      await watching
      return [...sightings.values()]
    },
  }
}
