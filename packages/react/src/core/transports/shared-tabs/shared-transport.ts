import { parseCursor } from '@espejo/contract'
import { runUrl } from '../../api/endpoints.js'
import { linkedController } from '../../platform/linked-signal.js'
import type { StreamEnd, StreamListener, StreamRequest, TransportFactory } from '../transport.js'
import { type StartedStream, shareRun } from './share-run.js'
import { createTabEventMemory, type TabEventMemory } from './tab-messages.js'

export interface SharingOptions {
  /**
   * Names the session: the user's id, and the tenant's id if a user can have several. Only tabs with the
   * same name share, so that after another person signs in, no run of the first person is shown. Never
   * pass a token: the browser's developer tools show the name.
   */
  name: string
}

/**
 * Shares one connection per run among all tabs of a browser that pass the same `name`. Over HTTP/1.1 a
 * browser opens at most six connections to a server, so six tabs with a stream each would leave none for
 * other requests. One tab leads: it holds the stream and posts its events to the other tabs. When it
 * closes, crashes or freezes, another tab takes over.
 *
 * Without Web Locks or BroadcastChannel (an old browser, a page without HTTPS) each tab has a connection
 * of its own, as with `inner` alone.
 */
export function sharedTransport(inner: TransportFactory, { name }: SharingOptions): TransportFactory {
  return (context) => {
    const { edges: platform, endpoints } = context
    const stream = inner(context)
    const tabs = platform.tabs()
    if (!tabs) return stream

    let current: { runId: string; memory: TabEventMemory } | null = null
    function memoryOf(runId: string): TabEventMemory {
      if (current?.runId !== runId) current = { runId, memory: createTabEventMemory() }
      return current.memory
    }

    function share(
      { runId, lastEventId }: { runId: string; lastEventId: string | null },
      listener: StreamListener,
      signal: AbortSignal,
      started?: StartedStream,
    ): Promise<StreamEnd> {
      const url = runUrl(endpoints, runId, 'events')
      const run = {
        tabs: tabs as NonNullable<typeof tabs>,
        platform,
        group: groupName(endpoints.syncBase, name, runId),
        memory: memoryOf(runId),
        lastEventId,
        open: (cursor: string | null, to: StreamListener, until: AbortSignal) =>
          stream({ url, runId, lastEventId: cursor }, to, until),
        started,
      }
      return shareRun(run, listener, signal)
    }

    /** A start has a stream of its own, which can be shared once the run's id is known. */
    async function start(request: StreamRequest, listener: StreamListener, signal: AbortSignal) {
      const own = linkedController(signal)
      let sink = listener
      let lastEventId: string | null = null
      let onRunId = (_runId: string) => {}
      const firstRunId = new Promise<string>((resolve) => {
        onRunId = resolve
      })
      const running = stream(
        request,
        {
          open: () => sink.open(),
          activity: () => sink.activity(),
          degraded: (problem) => sink.degraded(problem),
          run: (run) => sink.run(run),
          frame(frame) {
            const runId = parseCursor(frame.id ?? '')?.runId
            if (runId !== undefined) {
              lastEventId = frame.id
              memoryOf(runId).record({ type: 'frame', frame })
              onRunId(runId)
            }
            sink.frame(frame)
          },
        },
        own.signal,
      )
      // After `close` nothing awaits this promise: its rejection must not be reported as unhandled.
      running.catch(() => {})
      const first = await Promise.race([running, firstRunId])
      if (typeof first !== 'string') return first
      if (signal.aborted) return running
      memoryOf(first).record({ type: 'open' })
      return share({ runId: first, lastEventId }, listener, signal, {
        attach(to, until) {
          sink = to
          until.addEventListener('abort', () => own.abort())
          return running
        },
        close: () => own.abort(),
      })
    }

    return (request, listener, signal) => {
      const { runId, lastEventId } = request
      return runId === null
        ? start(request, listener, signal)
        : share({ runId, lastEventId }, listener, signal)
    }
  }
}

/**
 * Contains the version of the tabs' messages, because tabs with different versions of the application may
 * be open at the same time.
 */
function groupName(syncBase: string, session: string, runId: string): string {
  return ['espejo', 2, syncBase, session, runId].map((part) => encodeURIComponent(part)).join('/')
}
