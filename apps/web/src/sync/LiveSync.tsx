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
  /** The run this window watches, live. */
  sync: Sync
  /** The run under way, whoever started it, as the history last told. */
  activeRun: Run | null
  /** The same, while it waits for a person's decision. */
  runAwaitingDecision: Run | null
  /** What the history tells of the run that this window watches; null until it does. */
  watchedRun: Run | null
}

const LISTS = [PRODUCTS_KEY, RUNS_KEY]
const REFERENCES = [REFERENCES_KEY]

const LiveSyncContext = createContext<LiveSync | null>(null)

/**
 * Holds the stream above the pages, so that going from one to another neither drops nor repeats it,
 * and keeps the lists in step with what arrives.
 */
export function LiveSyncProvider({ children }: { children: ReactNode }) {
  const { data: runs } = useRuns()
  const activeRun = runs?.find((run) => !isFinal(run.status)) ?? null
  const sync = useTenantSync(activeRun?.id ?? null, useUser().id)
  const watchedRun = runs?.find((run) => run.id === sync.runId) ?? null
  const runAwaitingDecision = activeRun && isAwaitingDecision(activeRun, sync) ? activeRun : null
  const moved = sync.progress?.seen ?? activeRun?.seen ?? 0
  useRefreshOn(`${sync.runId}:${sync.status}:${moved}:${sync.progress?.waiting?.reason}`, LISTS)
  // They are read at the start of a full run.
  useRefreshOn(`${sync.runId}:${sync.status}:${sync.progress?.phase === 'references'}`, REFERENCES)

  const live = useMemo(
    () => ({ sync, activeRun, runAwaitingDecision, watchedRun }),
    [sync, activeRun, runAwaitingDecision, watchedRun],
  )
  return <LiveSyncContext value={live}>{children}</LiveSyncContext>
}

/** The history lags behind the stream, which knows first that a decision was made. */
function isAwaitingDecision(run: Run, sync: Sync): boolean {
  const isWatched = sync.runId === run.id && sync.progress !== null
  return asksAPerson(isWatched ? { ...run, waiting: sync.progress?.waiting ?? null } : run)
}

/** The sync of this tenant, live. Only inside {@link LiveSyncProvider}. */
export function useLiveSync(): LiveSync {
  const live = use(LiveSyncContext)
  if (!live) throw new Error('useLiveSync is for what LiveSyncProvider shows')
  return live
}
