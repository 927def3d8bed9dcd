import type { TabChannel, Tabs } from '../src/core/platform/platform.js'

/** A tab of a {@link fakeBrowser}. */
export interface FakeTab {
  tabs: Tabs
  /** Ends the tab like a killed process: without a message, and the browser releases its locks. */
  crash(): void
  /** Queues the tab's tasks until `thaw`. */
  freeze(): void
  thaw(): void
}

/**
 * Web Locks and BroadcastChannel as specified, for tabs in one process: lock queue, `ifAvailable`,
 * `signal` and `steal`; messages in order, cloned, not to the sender. Each reaches a tab in a task of its
 * own. `shared-tabs.test.ts` tests the real APIs in Chromium.
 */
export function fakeBrowser(): { tab(): FakeTab } {
  const locks = new Map<string, { holder: Request | null; queue: Request[] }>()
  const channels = new Set<{
    name: string
    tab: object
    channel: TabChannel
    run: (task: () => void) => void
  }>()
  let ids = 0

  function lockOf(name: string) {
    const lock = locks.get(name) ?? { holder: null, queue: [] }
    locks.set(name, lock)
    return lock
  }
  function grantNext(name: string) {
    const lock = lockOf(name)
    if (lock.holder) return
    lock.holder = lock.queue.shift() ?? null
    lock.holder?.grant()
  }

  function tab(): FakeTab {
    const self = {}
    let state: 'running' | 'frozen' | 'crashed' = 'running'
    const pending: (() => void)[] = []
    const run = (task: () => void) =>
      void setImmediate(() => {
        if (state === 'frozen') pending.push(task)
        else if (state === 'running') task()
      })

    const request = (name: string, options: LockOptions, callback: LockGrantedCallback<unknown>) =>
      new Promise<unknown>((resolve, reject) => {
        const lock = lockOf(name)
        const mine: Request = {
          tab: self,
          grant: () => run(() => void hold()),
          steal: () => run(() => reject(new DOMException('stolen', 'AbortError'))),
        }
        async function hold() {
          const result = await callback({ name, mode: 'exclusive' })
          if (lock.holder !== mine) return
          lock.holder = null
          grantNext(name)
          resolve(result)
        }
        if (options.steal) {
          lock.holder?.steal()
          lock.holder = mine
          return mine.grant()
        }
        if (options.ifAvailable && (lock.holder || lock.queue.length > 0)) {
          return run(() => resolve(callback(null)))
        }
        options.signal?.addEventListener('abort', () => {
          if (!lock.queue.includes(mine)) return
          lock.queue = lock.queue.filter((other) => other !== mine)
          reject(new DOMException('aborted', 'AbortError'))
        })
        lock.queue.push(mine)
        grantNext(name)
      })

    function openChannel(name: string): TabChannel {
      const channel: TabChannel = {
        onmessage: null,
        postMessage(message) {
          const data: unknown = structuredClone(message)
          for (const other of [...channels]) {
            if (other.name !== name || other.channel === channel) continue
            other.run(() => {
              const event = new MessageEvent('message', { data })
              other.channel.onmessage?.call(other.channel as BroadcastChannel, event)
            })
          }
        },
        close: () => void channels.delete(entry),
      }
      const entry = { name, tab: self, channel, run }
      channels.add(entry)
      return channel
    }

    return {
      tabs: {
        locks: { request: request as LockManager['request'] },
        openChannel,
        newId: () => `tab${++ids}`,
      },
      crash() {
        state = 'crashed'
        for (const entry of channels) if (entry.tab === self) channels.delete(entry)
        for (const [name, lock] of locks) {
          lock.queue = lock.queue.filter((other) => other.tab !== self)
          if (lock.holder?.tab === self) lock.holder = null
          grantNext(name)
        }
      },
      freeze() {
        state = 'frozen'
      },
      thaw() {
        state = 'running'
        for (const task of pending.splice(0)) run(task)
      },
    }
  }
  return { tab }
}

interface Request {
  tab: object
  grant(): void
  steal(): void
}
