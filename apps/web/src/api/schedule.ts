import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { request } from './request.js'

const PATH = '/api/cianbox/sync/schedule'
const KEY = ['schedule'] as const

/** When runs start by themselves. A cron expression of five fields in the time of `timeZone`; null: never. */
export interface ScheduleBody {
  full: string | null
  incremental: string | null
  /** The share of the mirror that a sweep may retire without a person's word, 1–100. */
  sweepGuardPercent: number
  /** How long a run waits for a person's decision before it ends, 1–720. */
  guardExpiryHours: number
}

export interface Schedule extends ScheduleBody {
  timeZone: string
  nextFullAt: string | null
  nextIncrementalAt: string | null
}

export function useSchedule() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => request<Schedule>('GET', PATH, { signal }),
    // The next times pass while the page is open.
    refetchInterval: 60_000,
  })
}

export function useSaveSchedule() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: ScheduleBody) => request<Schedule>('PUT', PATH, { body }),
    onSuccess: (saved) => client.setQueryData<Schedule>(KEY, saved),
  })
}
