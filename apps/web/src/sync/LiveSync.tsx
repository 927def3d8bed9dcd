import { asksAPerson, isFinal, type Run } from '@espejo/contract'
import type { Sync } from '@espejo/react'
import { createContext, type ReactNode, use, useMemo } from 'react'
import { PRODUCTS_KEY } from '../api/products.js'
import { REFERENCES_KEY } from '../api/references.js'
import { RUNS_KEY, useRuns } from '../api/runs.js'
import { useUser } from '../session/SessionGate.js'
import { useRefreshOn } from './use-refresh-on.js'
import { useTenantSync } from './use-tenant-sync.js'

export interface LiveSync {
  /** The run that this window watches, updated by its stream. */
  sync: Sync
  /** The active run, whoever started it, as last read from the history. */
  activeRun: Run | null
  /** The active run, while it waits for a decision. */
  runAwaitingDecision: Run | null
  /** The watched run as last read from the history; null before that. */
  watchedRun: Run | null
}

const LISTS = [PRODUCTS_KEY, RUNS_KEY]
const REFERENCES = [REFERENCES_KEY]

const LiveSyncContext = createContext<LiveSync | null>(null)

/**
 * Holds the stream above the pages, so that navigation neither closes nor repeats it, and refreshes
 * the lists while events arrive.
 */
export function LiveSyncProvider({ children }: { children: ReactNode }) {
  const { data: runs } = useRuns()
  const activeRun = runs?.find((run) => !isFinal(run.status)) ?? null
  const sync = useTenantSync(activeRun?.id ?? null, useUser().id)
  const watchedRun = runs?.find((run) => run.id === sync.runId) ?? null
  const runAwaitingDecision = activeRun && isAwaitingDecision(activeRun, sync) ? activeRun : null
  const moved = sync.progress?.seen ?? activeRun?.seen ?? 0
  useRefreshOn(`${sync.runId}:${sync.status}:${moved}:${sync.progress?.waiting?.reason}`, LISTS)
  // A full run reads the reference lists in its first phase.
  useRefreshOn(`${sync.runId}:${sync.status}:${sync.progress?.phase === 'references'}`, REFERENCES)

  const live = useMemo(
    () => ({ sync, activeRun, runAwaitingDecision, watchedRun }),
    [sync, activeRun, runAwaitingDecision, watchedRun],
  )
  return <LiveSyncContext value={live}>{children}</LiveSyncContext>
}

/** Prefers the stream to the history, which is polled and so learns of a decision later. */
function isAwaitingDecision(run: Run, sync: Sync): boolean {
  const isWatched = sync.runId === run.id && sync.progress !== null
  return asksAPerson(isWatched ? { ...run, waiting: sync.progress?.waiting ?? null } : run)
}

/** The live sync of this tenant. Throws outside {@link LiveSyncProvider}. */
export function useLiveSync(): LiveSync {
  const live = use(LiveSyncContext)
  if (!live) throw new Error('useLiveSync is for what LiveSyncProvider shows')
  return live
}
