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
import { commitOutsideWalk, walkProducts } from './walk.js'

export interface SyncOptions {
  pool: Pool
  pageSize: number
  /** Newest `updated` already mirrored, by the source's clock; an incremental run reads changes since then. */
  watermark: Date | null
  /** Share of the mirror, 0 to 1, that a sweep may retire without a person's decision. */
  guardShare: number
  /** Milliseconds between two requests that confirm the same absence. */
  pauseMs: number
  signal: AbortSignal
}

/** Runs all phases of a run, from its checkpoint on. Returns when the run is complete. */
export async function runPhases(
  context: PhaseContext,
  client: CianboxClient,
  options: SyncOptions,
): Promise<void> {
  const { mode } = context.run
  if (mode === 'ids') return runByIds(context, client, options)
  if (mode === 'incremental' && (await runIncremental(context, client, options))) return
  await runFull(context, client, options)
}

async function runByIds(context: PhaseContext, client: CianboxClient, options: SyncOptions): Promise<void> {
  if (context.state().phase !== 'sweep') await syncIds(context, client, options.signal)
  await sweep(context, client, options)
}

/** @returns false without a usable watermark or list of changes: the whole catalogue must be walked */
async function runIncremental(
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

async function runFull(context: PhaseContext, client: CianboxClient, options: SyncOptions): Promise<void> {
  const { phase } = context.state()
  // The checkpoint of an incremental run that only scanned the changes counts no pages of a walk.
  const isFresh = phase === null || phase === 'references'
  if (isFresh || (await hasOnlyScannedChanges(context, options.pool)))
    await syncReferences(context, client, options)
  if (phase !== 'sweep') {
    const fetchPage = createPageFetcher(client, options.signal)
    const start = await walkProducts(context, fetchPage, options)
    await closeDrift(context, fetchPage, options, start)
    await proveWhole(fetchPage, start, {
      count: (lastPage) => countWalk(options.pool, context.run, lastPage),
      commitAgain: (page) => commitOutsideWalk(context, page),
    })
  }
  await sweep(context, client, options)
}

async function hasOnlyScannedChanges({ run }: PhaseContext, pool: Pool): Promise<boolean> {
  return run.mode === 'incremental' && (await readPassStart(pool, run)) === null
}

/** Reads what was modified during the walk, since the source's own time at its start. */
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
