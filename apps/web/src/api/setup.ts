import type { Session, SetupStatus } from '@espejo/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { request } from './request.js'
import { enter } from './session.js'

/** The body of `POST /api/setup`. */
export interface SetupBody {
  code: string
  tenantName: string
  name: string
  email: string
  password: string
}

/** Whether the first set-up is still to be done, and whether this is the demo. */
export function useSetupStatus() {
  return useQuery({
    queryKey: ['setup'],
    queryFn: ({ signal }) => request<SetupStatus>('GET', '/api/setup', { signal }),
    staleTime: 60_000,
  })
}

/** Makes the first shop and its administrator, who is signed in then. */
export function useSetUp() {
  const client = useQueryClient()
  return useMutation({
    meta: { signsIn: true },
    mutationFn: (body: SetupBody) => request<Session>('POST', '/api/setup', { body }),
    onSuccess: ({ user }) => enter(client, { user }),
  })
}
