import type { List, ProductChange, Reject, Run } from '@espejo/contract'
import { isFinal } from '@espejo/contract'
import {
  type InfiniteData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { flattenPages, pagedQuery } from './pages.js'
import { request } from './request.js'

export const RUNS_KEY = ['runs'] as const
const LIST_KEY = [...RUNS_KEY, 'list'] as const

const PATH = '/api/cianbox/sync/runs'
const PAGE = 20
/** Poll interval for runs that another person or the schedule starts. */
const IDLE_POLL_MS = 15_000
const ACTIVE_POLL_MS = 2_000

/** The history, newest first. */
export function useRuns() {
  return useInfiniteQuery({
    ...pagedQuery<List<Run>>(LIST_KEY, PATH, { limit: PAGE }),
    select: (data) => flattenPages(data.pages, (run) => run.id),
    refetchInterval: (query) => {
      const newest = query.state.data?.pages[0]?.items[0]
      return newest && !isFinal(newest.status) ? ACTIVE_POLL_MS : IDLE_POLL_MS
    },
  })
}

/** One run, polled until it ends. */
export function useRunDetail(runId: string) {
  return useQuery({
    queryKey: [...RUNS_KEY, 'one', runId],
    queryFn: ({ signal }) => request<Run>('GET', runPath(runId), { signal }),
    refetchInterval: ({ state }) => (state.data && !isFinal(state.data.status) ? ACTIVE_POLL_MS : false),
  })
}

/** The rows that a run rejected, with reason and payload. */
export function useRejects(runId: string, enabled: boolean) {
  return useInfiniteQuery({
    ...pagedQuery<List<Reject>>([...RUNS_KEY, 'rejects', runId], `${runPath(runId)}/rejects`, {
      limit: PAGE,
    }),
    select: (data) => data.pages.flatMap((page) => page.items),
    enabled,
  })
}

/** A run's changes, field by field. For a dry run: the changes that a real run would make. */
export function useChanges(runId: string) {
  return useInfiniteQuery({
    ...pagedQuery<List<ProductChange>>([...RUNS_KEY, 'changes', runId], `${runPath(runId)}/changes`, {
      limit: PAGE,
    }),
    select: (data) => flattenPages(data.pages, (change) => change.changeId),
  })
}

/** Starts an incremental run or a dry run and puts it first in the history, so that `LiveSyncProvider` watches it. */
export function useStartRun() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { mode: 'full' | 'incremental'; dryRun: boolean }) =>
      request<Run>('POST', PATH, { body }),
    onSuccess: (run) => client.setQueryData<RunPages>(LIST_KEY, (pages) => withNewest(pages, run)),
    onSettled: () => client.invalidateQueries({ queryKey: RUNS_KEY }),
  })
}

/** Actions on an active run. All are idempotent on the server. */
export type RunAction = 'cancel' | 'pause' | 'resume'

export function useRunAction(runId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (action: RunAction) => request<unknown>('POST', `${runPath(runId)}/${action}`),
    onSettled: () => client.invalidateQueries({ queryKey: RUNS_KEY }),
  })
}

/** Starts a run for the rejected rows only, and returns it. */
export function useRetryRejects(runId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => request<Run>('POST', `${runPath(runId)}/rejects/retry`),
    onSettled: () => client.invalidateQueries({ queryKey: RUNS_KEY }),
  })
}

type RunPages = InfiniteData<List<Run>, string | null>

function withNewest(history: RunPages | undefined, run: Run): RunPages | undefined {
  const [first, ...rest] = history?.pages ?? []
  if (!history || !first) return history
  return { ...history, pages: [{ ...first, items: [run, ...first.items] }, ...rest] }
}

function runPath(runId: string): string {
  return `${PATH}/${encodeURIComponent(runId)}`
}
