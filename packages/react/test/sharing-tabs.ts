import { beforeEach } from 'vitest'
import type { Platform } from '../src/core/platform/platform.js'
import type { RunWatcher, RunWatcherOptions } from '../src/core/run-watcher.js'
import { fetchTransport } from '../src/core/transports/fetch-transport.js'
import { sharedTransport } from '../src/core/transports/shared-tabs/shared-transport.js'
import { type FakeTab, fakeBrowser } from './fake-browser.js'
import { encode, type Handler, streamTo } from './sse-server.js'
import { watcherOf } from './watcher-harness.js'
import { until } from './watching.js'

export let browser: ReturnType<typeof fakeBrowser>
/** Creates a browser for each test of a file. */
export function withBrowser(): void {
  beforeEach(() => {
    browser = fakeBrowser()
  })
}

/** A tab of the test's browser, and a watcher in it. */
export function tabOf(
  name = 'u1',
  edges: Partial<Platform> = {},
  options: Partial<RunWatcherOptions> = {},
): { tab: FakeTab; watcher: RunWatcher } {
  const tab = browser.tab()
  const transport = sharedTransport(fetchTransport, { name })
  return { tab, watcher: watcherOf({ transport, ...options, edges: { ...edges, tabs: () => tab.tabs } }) }
}

/** Writes to each connection, in the order in which they were opened. */
export function pens(): { write: ((text: string) => void)[]; handler: Handler } {
  const write: ((text: string) => void)[] = []
  return { write, handler: streamTo((response) => void write.push((text) => response.write(text))) }
}
/** Events as a stream carries them. */
export const text = (...events: Parameters<typeof encode>[0][]) =>
  events.map((event) => encode(event)).join('')
export const open = (watcher: RunWatcher) => until(watcher, (s) => s.connection === 'open')
