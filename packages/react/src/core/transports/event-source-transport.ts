import { withParams } from '../api/endpoints.js'
import { type Failure, failureWithoutAnswer } from '../connection/failure.js'
import type { Frame } from './decode-frame.js'
import type { StreamListener, TransportContext, TransportFactory } from './transport.js'

const EVENTS = ['start', 'progress', 'complete', 'ping', 'reset', 'drain', 'changes']
/** `EventSource.CLOSED`, which Node has no constructor to read from. */
const CLOSED = 2

/**
 * The stream over the browser's `EventSource`. It cannot send a header, so each connection mints a
 * single-use ticket with the bearer and carries it as `?ticket=`, and the cursor as
 * `?lastEventId=`. A server without the ticket route gets `?token=` as in the brief; without a
 * token the cookie speaks.
 *
 * Its own reconnecting is not used: it would present the spent ticket, and on the starting route it
 * would start again.
 */
export const eventSourceTransport: TransportFactory = (context) => {
  let ticketRoute = true

  /** The session as URL parameters. */
  async function sessionParams(runId: string | null, signal: AbortSignal) {
    const token = await context.getToken()
    if (!token) return { ok: true as const, value: {} }
    if (ticketRoute) {
      const minted = await context.api.mintTicket(runId, signal)
      if (!minted.ok) return minted
      if (minted.value !== null) return { ok: true as const, value: { ticket: minted.value } }
      ticketRoute = false
    }
    return { ok: true as const, value: { token } }
  }

  return async ({ url, runId, lastEventId }, listener, signal) => {
    const session = await sessionParams(runId, signal)
    // Without a ticket the stream was never asked for, so a start is known not to have happened.
    if (!session.ok) return { type: 'failed', failure: { ...session.failure, declined: true } }
    const loss = await listen(withParams(url, { ...session.value, lastEventId }), listener, signal, context)
    const failure = loss === 'refused' ? await explain(runId, signal, context) : failureWithoutAnswer(loss)
    return { type: 'failed', failure }
  }
}

/** `refused`: answered, but with no stream. `EventSource` does not say with what. */
type Loss = 'refused' | 'network' | 'interrupted'

/** Resolves at the first connection error, or when aborted. */
function listen(
  url: string,
  listener: StreamListener,
  signal: AbortSignal,
  { edges }: TransportContext,
): Promise<Loss> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve('interrupted')
    const source = edges.createEventSource(url)
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
    // One name, two things: the server's `error` event has data, a connection error has none.
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

/** Asks for the run itself, where a refusal comes with its status and its reason. */
async function explain(
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
