'use client'

import { DEFAULT_URL } from '../core/api/endpoints.js'
import { useSSESync } from '../hooks/use-sse-sync.js'
import { useSSESyncFetch } from '../hooks/use-sse-sync-fetch.js'
import type { Sync, SyncOptions } from '../hooks/use-sync.js'
import { SyncPanel, type SyncPanelOptions } from './SyncPanel.js'

export interface SyncProductsProps extends SyncPanelOptions, SyncOptions {
  /** @defaultValue `/api/cianbox/sync/products/stream` */
  url?: string | undefined
  /** @defaultValue `fetch` */
  transport?: 'fetch' | 'eventsource' | undefined
  /** On mount, watch the active run, if there is one. @defaultValue true */
  resume?: boolean | undefined
  /** The return value of a hook that the application calls itself. The hook's options are then ignored here. */
  sync?: Sync | undefined
}

/** The v0 contract's screen: start a sync, watch it, cancel it, and see how it ended. */
export function SyncProducts({ sync, transport = 'fetch', ...props }: SyncProductsProps) {
  if (sync) return <SyncPanel sync={sync} {...panelOptions(props)} />
  return transport === 'fetch' ? <SyncOverFetch {...props} /> : <SyncOverEventSource {...props} />
}

type OwnHookProps = Omit<SyncProductsProps, 'sync' | 'transport'>

function SyncOverFetch({ url = DEFAULT_URL, resume = true, ...props }: OwnHookProps) {
  return <SyncPanel sync={useSSESyncFetch(url, { ...props, resume })} {...panelOptions(props)} />
}

function SyncOverEventSource({ url = DEFAULT_URL, resume = true, ...props }: OwnHookProps) {
  return <SyncPanel sync={useSSESync(url, { ...props, resume })} {...panelOptions(props)} />
}

function panelOptions(options: SyncPanelOptions): SyncPanelOptions {
  const { locale, labels, canOperate, preview, className, onComplete } = options
  return { locale, labels, canOperate, preview, className, onComplete }
}
