import { withParams } from '../api/endpoints.js'
import { type Failure, failureWithoutAnswer } from '../connection/failure.js'
import type { Frame } from './decode-frame.js'
import type { StreamListener, TransportContext, TransportFactory } from './transport.js'

const EVENTS = ['start', 'progress', 'complete', 'ping', 'reset', 'drain', 'changes']
/** `EventSource.CLOSED`. Node has no `EventSource` to read it from. */
const CLOSED = 2

/**
 * The stream over the browser's `EventSource`. It cannot send a header, so each connection mints a
 * single-use ticket with the bearer token and sends it as `?ticket=`, and the cursor as
 * `?lastEventId=`. A server without the ticket route gets `?token=`, as in the v0 contract. Without a
 * token the cookie identifies the session.
 *
 * The reconnect of `EventSource` itself is not used: it would send the used ticket again, and on the
 * starting route it would start another run.
 */
export const eventSourceTransport: TransportFactory = (context) => {
  let hasTicketRoute = true

  /** The credentials as URL parameters. */
  async function credentialParams(runId: string | null, signal: AbortSignal) {
    const token = await context.getToken()
    if (!token) return { ok: true as const, value: {} }
    if (hasTicketRoute) {
      const minted = await context.api.mintTicket(runId, signal)
      if (!minted.ok) return minted
      if (minted.value !== null) return { ok: true as const, value: { ticket: minted.value } }
      hasTicketRoute = false
    }
    return { ok: true as const, value: { token } }
  }

  return async ({ url, runId, lastEventId }, listener, signal) => {
    const credentials = await credentialParams(runId, signal)
    // Without a ticket no stream was requested, so certainly no run was started.
    if (!credentials.ok) return { type: 'failed', failure: { ...credentials.failure, declined: true } }
    const loss = await listen(
      withParams(url, { ...credentials.value, lastEventId }),
      listener,
      signal,
      context,
    )
    const failure =
      loss === 'refused' ? await readRefusal(runId, signal, context) : failureWithoutAnswer(loss)
    return { type: 'failed', failure }
  }
}

/** `refused`: the response is not a stream. `EventSource` does not expose its status. */
type Loss = 'refused' | 'network' | 'interrupted'

/** Resolves at the first connection error, or when aborted. */
function listen(
  url: string,
  listener: StreamListener,
  signal: AbortSignal,
  { edges: platform }: TransportContext,
): Promise<Loss> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve('interrupted')
    const source = platform.createEventSource(url)
    let opened = false

    function finish(loss: Loss) {
      source.close()
      signal.removeEventListener('abort', onAbort)
      resolve(loss)
    }
    const onAbort = () => finish('interrupted')
    function onEvent(event: Event) {
      if (signal.aborted) return
      const frame = frameOf(event)
      if (!frame) return
      listener.activity()
      listener.frame(frame)
    }

    signal.addEventListener('abort', onAbort)
    source.addEventListener('open', () => {
      opened = true
      if (!signal.aborted) listener.open()
    })
    for (const name of EVENTS) source.addEventListener(name, onEvent)
    // Both are named `error`: the server's event has data, a connection error has none.
    source.addEventListener('error', (event) => {
      if (frameOf(event)) onEvent(event)
      else if (!signal.aborted)
        finish(opened ? 'interrupted' : source.readyState === CLOSED ? 'refused' : 'network')
    })
  })
}

function frameOf(event: Event): Frame | null {
  if (!('data' in event) || typeof event.data !== 'string') return null
  const id = 'lastEventId' in event && typeof event.lastEventId === 'string' ? event.lastEventId : ''
  return { event: event.type, id: id || null, data: event.data }
}

/** Requests the run itself, because that response has the status and the reason that `EventSource` hides. */
async function readRefusal(
  runId: string | null,
  signal: AbortSignal,
  { api }: TransportContext,
): Promise<Failure> {
  if (runId !== null) {
    const answer = await api.readRun(runId, signal)
    if (!answer.ok) return answer.failure
  }
  return failureWithoutAnswer('unavailable')
}
