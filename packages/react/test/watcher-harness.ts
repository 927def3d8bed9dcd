import { afterEach, beforeEach } from 'vitest'
import type { RunWatcher, RunWatcherOptions } from '../src/core/run-watcher.js'
import { fetchTransport } from '../src/core/transports/fetch-transport.js'
import { type SseServer, startSseServer } from './sse-server.js'
import { eagerWatcher, until } from './watching.js'

export let server: SseServer
const watchers: RunWatcher[] = []

/** Starts a server for each test of a file, and closes it and the test's watchers afterwards. */
export function withServer(): void {
  beforeEach(async () => {
    server = await startSseServer()
  })
  afterEach(async () => {
    for (const watcher of watchers.splice(0)) watcher.close()
    await server.close()
  })
}

/** A watcher of the test's server; its default transport is `fetchTransport`. */
export function watcherOf(options: Partial<RunWatcherOptions> = {}): RunWatcher {
  const watcher = eagerWatcher({ url: server.streamUrl, transport: fetchTransport, ...options })
  watchers.push(watcher)
  return watcher
}

/** Resolves when the run's ending is shown and the connection closed. */
export const ended = (watcher: RunWatcher) =>
  until(watcher, (s) => s.result !== null && s.connection === 'closed')
/** Resolves when the watcher is idle or closed, for any reason. */
export const settled = (watcher: RunWatcher) =>
  until(watcher, (s) => s.connection === 'closed' || s.connection === 'idle')
/** Resolves when the progress of a page is shown. */
export const showing = (watcher: RunWatcher, page: number) => until(watcher, (s) => s.progress?.page === page)
