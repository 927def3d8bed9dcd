/** URLs of one mounted Espejo API. */
export interface Endpoints {
  /** The v0 contract's route: starts a run or joins the active one. */
  start: string
  /** `<sync base>`, the URL prefix of `/runs`. */
  syncBase: string
  /** Mints single-use tickets for `EventSource`. */
  tickets: string
}

export interface EndpointOptions {
  /** @defaultValue `/api/cianbox/sync/products/stream` */
  url?: string | undefined
  /** @defaultValue `url` without its `/products/stream` */
  syncBase?: string | undefined
  /** @defaultValue `stream-tickets` beside the `cianbox/sync` of `syncBase` */
  ticketsUrl?: string | undefined
}

export const DEFAULT_URL = '/api/cianbox/sync/products/stream'

/**
 * Derives the URLs from the stream's: `/api/cianbox/sync/products/stream` gives `/api/cianbox/sync`
 * and `/api/stream-tickets`. For a router mounted under other paths, pass `syncBase` and `ticketsUrl`.
 *
 * @throws TypeError when `url` does not end in `/products/stream` and there is no `syncBase`
 */
export function deriveEndpoints(options: EndpointOptions = {}): Endpoints {
  const start = options.url ?? DEFAULT_URL
  const syncBase = trimSlash(options.syncBase ?? syncBaseOf(start))
  return { start, syncBase, tickets: options.ticketsUrl ?? `${apiBaseOf(syncBase)}/stream-tickets` }
}

/** `<sync base>/runs/<id>/<action>`. */
export function runUrl(endpoints: Endpoints, runId: string, action = ''): string {
  return `${endpoints.syncBase}/runs/${encodeURIComponent(runId)}${action && `/${action}`}`
}

/** Adds query parameters to `url`. Parameters that are null are left out. */
export function withParams(url: string, params: Record<string, string | null>): string {
  const query = Object.entries(params)
    .flatMap(([name, value]) => (value === null ? [] : [`${name}=${encodeURIComponent(value)}`]))
    .join('&')
  if (!query) return url
  return `${url}${url.includes('?') ? '&' : '?'}${query}`
}

function syncBaseOf(url: string): string {
  const path = trimSlash(url.replace(/[?#].*$/s, ''))
  if (!path.endsWith('/products/stream')) {
    throw new TypeError(
      `Cannot derive the sync base from "${path}": it does not end in /products/stream. Pass syncBase.`,
    )
  }
  return path.slice(0, -'/products/stream'.length)
}

function apiBaseOf(syncBase: string): string {
  return syncBase.replace(/(\/cianbox)?\/sync$/, '')
}

function trimSlash(url: string): string {
  return url.replace(/\/+$/, '')
}
