import { parseCursor } from '@espejo/contract'
import { runUrl } from '../../api/endpoints.js'
import { linkedController } from '../../platform/linked-signal.js'
import type { StreamEnd, StreamListener, StreamRequest, TransportFactory } from '../transport.js'
import { type StartedStream, shareRun } from './share-run.js'
import { createNewsMemory, type NewsMemory } from './tab-messages.js'

export interface SharingOptions {
  /**
   * Names the session: the user's id, with the tenant's if a user can have several. Only tabs that
   * give the same name share, so that after another person has signed in nothing of the first one's
   * runs can show. Never a token: the browser's developer tools show the name.
   */
  name: string
}

/**
 * One connection per run for all tabs of a browser that give the same `name`. Over HTTP/1.1 a browser
 * opens six connections to a server and no more; six tabs with a stream each would leave none for
 * anything else. One tab leads and holds the stream, the others hear of it from that tab; when it
 * closes, crashes or freezes, another takes over.
 *
 * Where tabs cannot share (no Web Locks or BroadcastChannel: an old browser, a page without HTTPS)
 * each tab has a connection of its own, as without this.
 */
export function sharedTransport(inner: TransportFactory, { name }: SharingOptions): TransportFactory {
  return (context) => {
    const { edges, endpoints } = context
    const stream = inner(context)
    const tabs = edges.tabs()
    if (!tabs) return stream

    let known: { runId: string; memory: NewsMemory } | null = null
    function memoryOf(runId: string): NewsMemory {
      if (known?.runId !== runId) known = { runId, memory: createNewsMemory() }
      return known.memory
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
        edges,
        group: groupName(endpoints.syncBase, name, runId),
        memory: memoryOf(runId),
        lastEventId,
        open: (cursor: string | null, to: StreamListener, until: AbortSignal) =>
          stream({ url, runId, lastEventId: cursor }, to, until),
        started,
      }
      return shareRun(run, listener, signal)
    }

    /** Only this tab can have this answer, until it names the run. */
    async function start(request: StreamRequest, listener: StreamListener, signal: AbortSignal) {
      const own = linkedController(signal)
      let sink = listener
      let lastEventId: string | null = null
      let name = (_runId: string) => {}
      const named = new Promise<string>((resolve) => {
        name = resolve
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
              memoryOf(runId).note({ type: 'frame', frame })
              name(runId)
            }
            sink.frame(frame)
          },
        },
        own.signal,
      )
      // Once dropped, its end is nobody's business.
      running.catch(() => {})
      const first = await Promise.race([running, named])
      if (typeof first !== 'string') return first
      if (signal.aborted) return running
      memoryOf(first).note({ type: 'open' })
      return share({ runId: first, lastEventId }, listener, signal, {
        attach(to, until) {
          sink = to
          until.addEventListener('abort', () => own.abort())
          return running
        },
        drop: () => own.abort(),
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

/** With the protocol's version: two versions of the application may be open side by side. */
function groupName(syncBase: string, session: string, runId: string): string {
  return ['espejo', 1, syncBase, session, runId].map((part) => encodeURIComponent(part)).join('/')
}
