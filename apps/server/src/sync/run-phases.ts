import type { CianboxClient } from '@espejo/cianbox'
import { countListed } from '../catalog/product-store.js'
import { type Pool, withTenant } from '../db/pool.js'
import type { PassStart } from '../runs/pass-store.js'
import { countWalk, readPassStart } from '../runs/pass-store.js'
import type { AskPage } from './belief/listed-page.js'
import { proveWhole } from './belief/prove-whole.js'
import { createAskPage } from './fetch-page.js'
import type { Session } from './phase-context.js'
import { syncReferences } from './references.js'
import { readBack } from './scan-modified.js'
import { sweep } from './sweep.js'
import { syncIds } from './sync-ids.js'
import { commitShownAgain, walkProducts } from './walk.js'

export interface SyncOptions {
  pool: Pool
  pageSize: number
  /** Newest `updated` already mirrored; an incremental run reads back to it. */
  watermark: Date | null
  /** Share of the mirror that a sweep may retire without a person's word. */
  guardShare: number
  /** Time between two answers to the same question about an absence. */
  pauseMs: number
  signal: AbortSignal
}

/** All phases of a run, from where its checkpoint stands. Returns when the pass was whole. */
export async function synchronise(
  session: Session,
  client: CianboxClient,
  options: SyncOptions,
): Promise<void> {
  const { mode } = session.run
  if (mode === 'ids') return syncNamed(session, client, options)
  if (mode === 'incremental' && (await syncChanges(session, client, options))) return
  await syncAll(session, client, options)
}

async function syncNamed(session: Session, client: CianboxClient, options: SyncOptions): Promise<void> {
  if (session.state().phase !== 'sweep') await syncIds(session, client, options.signal)
  await sweep(session, client, options)
}

/** @returns false where there is nothing to read back to, so that the whole catalogue must be walked */
async function syncChanges(session: Session, client: CianboxClient, options: SyncOptions): Promise<boolean> {
  const { pool, watermark } = options
  const { tenantId } = session.run
  if (watermark === null || (await readPassStart(pool, session.run))) return false
  const expected = () => withTenant(pool, tenantId, (tx) => countListed(tx, tenantId))
  const ask = createAskPage(client, options.signal)
  return readBack(session, ask, { ...options, phase: 'products', since: watermark, expected })
}

async function syncAll(session: Session, client: CianboxClient, options: SyncOptions): Promise<void> {
  const { phase } = session.state()
  // An incremental run that had read back before it had to walk has walked nothing, whatever its checkpoint counts.
  const isFresh = phase === null || phase === 'references'
  if (isFresh || (await hasOnlyReadBack(session, options.pool)))
    await syncReferences(session, client, options)
  if (phase !== 'sweep') {
    const ask = createAskPage(client, options.signal)
    const start = await walkProducts(session, ask, options)
    await closeDrift(session, ask, options, start)
    await proveWhole(ask, start, {
      count: (lastPage) => countWalk(options.pool, session.run, lastPage),
      commitAgain: (page) => commitShownAgain(session, page),
    })
  }
  await sweep(session, client, options)
}

async function hasOnlyReadBack({ run }: Session, pool: Pool): Promise<boolean> {
  return run.mode === 'incremental' && (await readPassStart(pool, run)) === null
}

/** Reads what was modified while the walk went on; the source's own clock says since when. */
async function closeDrift(
  session: Session,
  ask: AskPage,
  options: SyncOptions,
  start: PassStart,
): Promise<void> {
  const { run, dialect } = session
  // The simple dialect's rows do not say when they were modified.
  if (dialect === 'simple') return
  const since = start.since === null ? (run.startedAt ?? run.createdAt) : new Date(start.since)
  const expected = async () => (await countWalk(options.pool, run, start.lastPage)).walked
  await readBack(session, ask, { ...options, pageSize: start.size, phase: 'drift', since, expected })
}
