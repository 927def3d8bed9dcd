import { setTimeout as delay } from 'node:timers/promises'
import type { EventSourceMessage } from 'eventsource-parser'
import { type OpenStream, openStream } from './stream.js'

/** A viewer that does what an `EventSource` does, only sooner: it comes back, with its last id. */
export interface ReturningViewer {
  /** Of all its connections, in the order they came, pings aside. */
  events(): EventSourceMessage[]
  /** Those of logged events. */
  ids(): string[]
  /** Every connection that was answered with a stream. */
  readonly streams: readonly OpenStream[]
  /** The status of every answer that was none. */
  readonly refusals: readonly number[]
  hasEnding(): boolean
  /** Closes its stream and does not come back. */
  leave(): Promise<void>
}

export function returningViewer(url: string, headers: Record<string, string>): ReturningViewer {
  const streams: OpenStream[] = []
  const refusals: number[] = []
  let hasLeft = false
  const events = () => streams.flatMap((stream) => stream.events)
  const ids = () => events().flatMap(({ id }) => id ?? [])
  const hasEnding = () => events().some(({ event }) => event === 'complete' || event === 'error')

  async function watch(): Promise<void> {
    while (!hasLeft && !hasEnding()) {
      const cursor = ids().at(-1)
      const stream = await openStream(url, {
        ...headers,
        ...(cursor === undefined ? {} : { 'last-event-id': cursor }),
      }).catch(() => null) // nobody there
      if (stream?.status === 200) {
        streams.push(stream)
        await stream.over
      } else if (stream) {
        refusals.push(stream.status)
      }
      if (!hasEnding()) await delay(50)
    }
  }

  const watching = watch()
  return {
    events,
    ids,
    streams,
    refusals,
    hasEnding,
    async leave() {
      hasLeft = true
      for (const stream of streams) stream.close()
      await watching
    },
  }
}
