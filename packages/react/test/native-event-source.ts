import type { Page } from 'playwright-core'
import type { DispatchedEvent } from './reference-parser.js'

export interface NativeCase {
  url: string
  /** Types to listen for: an EventSource ignores events without a listener. */
  types: string[]
}

/** The events that the browser's EventSource dispatches for each stream, four streams at a time. */
export function readNatively(page: Page, cases: NativeCase[]): Promise<DispatchedEvent[][]> {
  return page.evaluate(async (all) => {
    const results: { type: string; data: string; lastEventId: string }[][] = []
    const read = (url: string, types: string[]) =>
      new Promise<(typeof results)[number]>((resolve) => {
        const events: (typeof results)[number] = []
        const source = new EventSource(url)
        const take = (event: Event) => {
          if (!(event instanceof MessageEvent)) return
          events.push({ type: event.type, data: event.data, lastEventId: event.lastEventId })
        }
        for (const type of new Set(['message', ...types])) source.addEventListener(type, take)
        source.addEventListener('error', (event) => {
          // The stream's end. Without `close` the browser would reconnect.
          if (event instanceof MessageEvent) return
          source.close()
          resolve(events)
        })
      })
    let next = 0
    async function work() {
      for (let i = next++; i < all.length; i = next++) {
        const one = all[i]
        if (one) results[i] = await read(one.url, one.types)
      }
    }
    await Promise.all([work(), work(), work(), work()])
    return results
  }, cases)
}
