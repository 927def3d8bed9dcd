import type { Webhook } from '@espejo/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { request } from './request.js'

const PATH = '/api/cianbox/connection/webhook'
export const WEBHOOK_KEY = ['webhook'] as const

/** As the server answers once there is no webhook. */
const NO_WEBHOOK: Webhook = { registered: false, url: null, events: [], lastReceivedAt: null, ignoredIds: 0 }

/** Whether the ERP notifies us, and when it last did so. */
export function useWebhook() {
  return useQuery({
    queryKey: WEBHOOK_KEY,
    queryFn: ({ signal }) => request<Webhook>('GET', PATH, { signal }),
  })
}

/** Registers our URL at the ERP. With `replace` also when another system's URL is registered. */
export function useRegisterWebhook() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { replace: boolean }) => request<Webhook>('PUT', PATH, { body }),
    onSuccess: (webhook) => client.setQueryData<Webhook>(WEBHOOK_KEY, webhook),
  })
}

export function useRemoveWebhook() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => request<void>('DELETE', PATH),
    onSuccess: () => client.setQueryData<Webhook>(WEBHOOK_KEY, NO_WEBHOOK),
  })
}
