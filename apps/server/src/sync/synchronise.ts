import type { CianboxClient } from '@espejo/cianbox'
import type { Pool } from '../db/pool.js'
import { readBack } from './read-back.js'
import { syncReferences } from './references.js'
import type { Session } from './session.js'
import { commitAnswer, IDS_A_REQUEST, sweep } from './sweep.js'
import { walkProducts } from './walk.js'

export interface SyncOptions {
  pool: Pool
  pageSize: number
  /** Newest `updated` already mirrored; an incremental run reads back to it. */
  watermark: Date | null
  /** Share of the mirror that a sweep may retire without a person's word. */
  guardShare: number
  signal: AbortSignal
}

/** All phases of a run, from where its checkpoint stands. Returns when the pass was whole. */
export async function synchronise(
  session: Session,
  client: CianboxClient,
  options: SyncOptions,
): Promise<void> {
  const { run } = session
  if (run.mode === 'ids') await syncIds(session, client, options.signal)
  else if (run.mode === 'incremental' && options.watermark) {
    await readBack(session, client, { ...options, phase: 'products', since: options.watermark })
  } else await syncAll(session, client, options)
}

async function syncAll(session: Session, client: CianboxClient, options: SyncOptions): Promise<void> {
  const { run, dialect } = session
  const { phase } = session.state()
  if (phase === null || phase === 'references') await syncReferences(session, client, options.signal)
  if (phase !== 'drift' && phase !== 'sweep') await walkProducts(session, client, options)
  // The simple dialect's rows do not say when they were modified.
  if (phase !== 'sweep' && dialect === 'v2') {
    await readBack(session, client, { ...options, phase: 'drift', since: run.startedAt ?? run.createdAt })
  }
  await sweep(session, client, options)
}

/** Named products: mirrored as they are, retired where the source has them no more. */
async function syncIds(session: Session, client: CianboxClient, signal: AbortSignal): Promise<void> {
  const ids = [...new Set(session.run.requestedIds ?? [])]
  const totalPages = Math.ceil(ids.length / IDS_A_REQUEST)
  for (let page = session.state().page + 1; page <= totalPages; page++) {
    const asked = ids.slice((page - 1) * IDS_A_REQUEST, page * IDS_A_REQUEST)
    const found = await client.getProductRows(asked, { signal })
    await commitAnswer(session, asked, found, { phase: 'products', position: { page, totalPages } })
  }
}
