import { setTimeout as delay } from 'node:timers/promises'
import type { EventSourceMessage } from 'eventsource-parser'
import { type OpenStream, openStream } from './stream.js'

/** A viewer that reconnects with its last id, like an `EventSource`, but without its delay. */
export interface ReturningViewer {
  /** The events of all its connections in order of arrival, without pings. */
  events(): EventSourceMessage[]
  /** The ids of logged events. */
  ids(): string[]
  /** The connections that were answered with a stream. */
  readonly streams: readonly OpenStream[]
  /** The status of every other answer. */
  readonly refusals: readonly number[]
  hasEnding(): boolean
  /** Closes its stream and does not reconnect. */
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
