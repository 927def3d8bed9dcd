import type { CompleteData } from '@espejo/contract'
import { DEFAULT_URL } from '../core/api/endpoints.js'
import { useSSESync } from '../hooks/use-sse-sync.js'
import { useSSESyncFetch } from '../hooks/use-sse-sync-fetch.js'
import type { Sync, SyncOptions } from '../hooks/use-sync.js'
import type { Labels, Locale } from './labels.js'
import { SyncPanel } from './SyncPanel.js'

export interface SyncPanelOptions {
  /** @defaultValue `es-AR` */
  locale?: Locale | undefined
  /** Words to put in the place of the locale's. */
  labels?: Partial<Labels> | undefined
  /**
   * Whether this person may start and cancel runs. Without it the screen only watches, and says so
   * where the buttons would be. The server decides; this spares a person what it would refuse.
   * @defaultValue true
   */
  canOperate?: boolean | undefined
  /**
   * Whether the run in view stores nothing (a dry run, which the stream does not tell): its good
   * ending is then shown as a preview, not as a success.
   * @defaultValue false
   */
  preview?: boolean | undefined
  /** Classes of the outermost element. @defaultValue a white card */
  className?: string | undefined
  /** Called once for each run that ends complete while it is watched. */
  onComplete?: ((result: CompleteData) => void) | undefined
}

export interface SyncProductsProps extends SyncPanelOptions, SyncOptions {
  /** @defaultValue `/api/cianbox/sync/products/stream` */
  url?: string | undefined
  /** @defaultValue `fetch` */
  transport?: 'fetch' | 'eventsource' | undefined
  /** On mount, watch the run that is under way. @defaultValue true */
  resume?: boolean | undefined
  /** A hook's return, when the application owns the hook. `url`, `transport` and the like are then not used. */
  sync?: Sync | undefined
}

/** The brief's screen: start a sync, watch it, cancel it, and see how it ended. */
export function SyncProducts({ sync, transport = 'fetch', ...props }: SyncProductsProps) {
  if (sync) return <SyncPanel sync={sync} {...panelOptions(props)} />
  return transport === 'fetch' ? <OverFetch {...props} /> : <OverEventSource {...props} />
}

type OwnHookProps = Omit<SyncProductsProps, 'sync' | 'transport'>

function OverFetch({ url = DEFAULT_URL, resume = true, ...props }: OwnHookProps) {
  return <SyncPanel sync={useSSESyncFetch(url, { ...props, resume })} {...panelOptions(props)} />
}

function OverEventSource({ url = DEFAULT_URL, resume = true, ...props }: OwnHookProps) {
  return <SyncPanel sync={useSSESync(url, { ...props, resume })} {...panelOptions(props)} />
}

function panelOptions(options: SyncPanelOptions): SyncPanelOptions {
  const { locale, labels, canOperate, preview, className, onComplete } = options
  return { locale, labels, canOperate, preview, className, onComplete }
}
