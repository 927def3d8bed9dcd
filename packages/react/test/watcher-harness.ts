import { afterEach, beforeEach } from 'vitest'
import type { RunWatcher, RunWatcherOptions } from '../src/core/run-watcher.js'
import { fetchTransport } from '../src/core/transports/fetch-transport.js'
import { type SseServer, startSseServer } from './sse-server.js'
import { eagerWatcher, until } from './watching.js'

export let server: SseServer
const watchers: RunWatcher[] = []

/** Gives each test of a file a server of its own, and closes what the test leaves open. */
export function withServer(): void {
  beforeEach(async () => {
    server = await startSseServer()
  })
  afterEach(async () => {
    for (const watcher of watchers.splice(0)) watcher.close()
    await server.close()
  })
}

/** A watcher on the test's server; over `fetch` unless told otherwise. */
export function watcherOf(options: Partial<RunWatcherOptions> = {}): RunWatcher {
  const watcher = eagerWatcher({ url: server.streamUrl, transport: fetchTransport, ...options })
  watchers.push(watcher)
  return watcher
}

/** Resolves when the run's ending is shown and the connection closed. */
export const ended = (watcher: RunWatcher) =>
  until(watcher, (s) => s.result !== null && s.connection === 'closed')
/** Resolves when the watcher is at rest, for whatever reason. */
export const settled = (watcher: RunWatcher) =>
  until(watcher, (s) => s.connection === 'closed' || s.connection === 'idle')
/** Resolves when the progress of a page is shown. */
export const showing = (watcher: RunWatcher, page: number) => until(watcher, (s) => s.progress?.page === page)
