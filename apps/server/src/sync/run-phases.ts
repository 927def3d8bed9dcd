import type { CianboxClient } from '@espejo/cianbox'
import { countListed } from '../catalog/product-store.js'
import { type Pool, withTenant } from '../db/pool.js'
import type { PassStart } from '../runs/pass-store.js'
import { countWalk, readPassStart } from '../runs/pass-store.js'
import type { FetchPage } from './belief/listed-page.js'
import { proveWhole } from './belief/prove-whole.js'
import { createPageFetcher } from './fetch-page.js'
import type { PhaseContext } from './phase-context.js'
import { syncReferences } from './references.js'
import { scanModifiedSince } from './scan-modified.js'
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
export async function runPhases(
  context: PhaseContext,
  client: CianboxClient,
  options: SyncOptions,
): Promise<void> {
  const { mode } = context.run
  if (mode === 'ids') return syncNamed(context, client, options)
  if (mode === 'incremental' && (await syncChanges(context, client, options))) return
  await syncAll(context, client, options)
}

async function syncNamed(context: PhaseContext, client: CianboxClient, options: SyncOptions): Promise<void> {
  if (context.state().phase !== 'sweep') await syncIds(context, client, options.signal)
  await sweep(context, client, options)
}

/** @returns false where there is nothing to read back to, so that the whole catalogue must be walked */
async function syncChanges(
  context: PhaseContext,
  client: CianboxClient,
  options: SyncOptions,
): Promise<boolean> {
  const { pool, watermark } = options
  const { tenantId } = context.run
  if (watermark === null || (await readPassStart(pool, context.run))) return false
  const expected = () => withTenant(pool, tenantId, (tx) => countListed(tx, tenantId))
  const fetchPage = createPageFetcher(client, options.signal)
  return scanModifiedSince(context, fetchPage, { ...options, phase: 'products', since: watermark, expected })
}

async function syncAll(context: PhaseContext, client: CianboxClient, options: SyncOptions): Promise<void> {
  const { phase } = context.state()
  // An incremental run that had read back before it had to walk has walked nothing, whatever its checkpoint counts.
  const isFresh = phase === null || phase === 'references'
  if (isFresh || (await hasOnlyReadBack(context, options.pool)))
    await syncReferences(context, client, options)
  if (phase !== 'sweep') {
    const fetchPage = createPageFetcher(client, options.signal)
    const start = await walkProducts(context, fetchPage, options)
    await closeDrift(context, fetchPage, options, start)
    await proveWhole(fetchPage, start, {
      count: (lastPage) => countWalk(options.pool, context.run, lastPage),
      commitAgain: (page) => commitShownAgain(context, page),
    })
  }
  await sweep(context, client, options)
}

async function hasOnlyReadBack({ run }: PhaseContext, pool: Pool): Promise<boolean> {
  return run.mode === 'incremental' && (await readPassStart(pool, run)) === null
}

/** Reads what was modified while the walk went on; the source's own clock says since when. */
async function closeDrift(
  context: PhaseContext,
  fetchPage: FetchPage,
  options: SyncOptions,
  start: PassStart,
): Promise<void> {
  const { run, dialect } = context
  // The simple dialect's rows do not say when they were modified.
  if (dialect === 'simple') return
  const since = start.since === null ? (run.startedAt ?? run.createdAt) : new Date(start.since)
  const expected = async () => (await countWalk(options.pool, run, start.lastPage)).walked
  await scanModifiedSince(context, fetchPage, {
    ...options,
    pageSize: start.size,
    phase: 'drift',
    since,
    expected,
  })
}
