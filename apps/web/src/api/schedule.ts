import type { Schedule, ScheduleSettings } from '@espejo/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { request } from './request.js'

const PATH = '/api/cianbox/sync/schedule'
const KEY = ['schedule'] as const

export function useSchedule() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => request<Schedule>('GET', PATH, { signal }),
    // The next start times pass while the page is open.
    refetchInterval: 60_000,
  })
}

export function useSaveSchedule() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: ScheduleSettings) => request<Schedule>('PUT', PATH, { body }),
    onSuccess: (saved) => client.setQueryData<Schedule>(KEY, saved),
  })
}
