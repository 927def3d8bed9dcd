import { setTimeout as delay } from 'node:timers/promises'
import type { ObservedPage } from '../invariants.js'
import type { Rig } from './rig.js'

/** Polls `app.run_pages` while runs go on, because a run deletes its pages when it completes. */
export interface Observer {
  stop(): Promise<ObservedPage[]>
}

export function observePages(admin: Rig['postgres']['admin'], tenantIds: readonly string[]): Observer {
  const observedPages = new Map<string, ObservedPage>()
  let isStopping = false

  async function look() {
    const { rows } = await admin.query<ObservedPage>(
      `SELECT run_id AS "runId", phase, page, epoch, xmin::text FROM app.run_pages WHERE tenant_id = ANY ($1)`,
      [tenantIds],
    )
    for (const seen of rows) observedPages.set(Object.values(seen).join(' '), seen)
  }

  async function watch() {
    while (!isStopping) {
      // An action may have stopped the database.
      await look().catch(() => undefined)
      await delay(100)
    }
  }

  const watching = watch()
  return {
    async stop() {
      isStopping = true
      await watching
      return [...observedPages.values()]
    },
  }
}
