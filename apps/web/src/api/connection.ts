import type { Connection, ConnectionTest, WebhookLeft } from '@espejo/contract'
import type { ConnectionBody, ConnectionTestBody } from '@espejo/contract/schemas'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ApiError } from './api-error.js'
import { request } from './request.js'
import { WEBHOOK_KEY } from './webhook.js'

const PATH = '/api/cianbox/connection'
const KEY = ['connection'] as const

/** The tenant's connection; `null` while none is configured. */
export function useConnection() {
  return useQuery({ queryKey: KEY, queryFn: ({ signal }) => readConnection(signal), staleTime: 60_000 })
}

export function useSaveConnection() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: ConnectionBody) => request<Connection>('PUT', PATH, { body }),
    onSuccess: (saved) => client.setQueryData<Connection | null>(KEY, saved),
  })
}

/** Returns why the webhook could not be removed at Cianbox; `undefined` if it was. */
export function useDeleteConnection() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => request<WebhookLeft | undefined>('DELETE', PATH),
    onSuccess: () => {
      client.setQueryData<Connection | null>(KEY, null)
      // The webhook was deleted together with the connection.
      client.removeQueries({ queryKey: WEBHOOK_KEY })
    },
  })
}

/** Logs in at the ERP and reads one small page. A missing password means the stored one. */
export function useTestConnection() {
  return useMutation({
    mutationFn: (body: ConnectionTestBody) => request<ConnectionTest>('POST', `${PATH}/test`, { body }),
  })
}

async function readConnection(signal: AbortSignal): Promise<Connection | null> {
  try {
    return await request<Connection>('GET', PATH, { signal })
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null
    throw error
  }
}
