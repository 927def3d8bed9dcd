import { readFailure } from '../api/request.js'
import { failureWithoutAnswer } from '../connection/failure.js'
import { createStreamDecoder } from './stream-decoder.js'
import type { StreamEnd, StreamListener, TransportFactory } from './transport.js'

/**
 * The stream over `fetch`: the token is sent in `Authorization`, the cursor in `Last-Event-ID`, and a
 * refusal is read with its status and its problem document.
 */
export const fetchTransport: TransportFactory = ({ send, edges: platform }) => {
  return async ({ url, lastEventId }, listener, signal) => {
    const cursor: Record<string, string> = lastEventId === null ? {} : { 'last-event-id': lastEventId }
    let response: Response
    try {
      response = await send(url, { headers: { accept: 'text/event-stream', ...cursor }, signal })
    } catch (cause) {
      return failed(failureWithoutAnswer('network', cause))
    }
    if (response.status === 204) return { type: 'finished' }
    if (response.status !== 200) {
      return readFailure(response, platform.now()).then(failed, (cause) =>
        failed(failureWithoutAnswer('interrupted', cause)),
      )
    }
    if (!response.body || !isEventStream(response)) {
      await response.body?.cancel()
      return failed(failureWithoutAnswer('bad_response'))
    }
    listener.open()
    return readStream(response.body, listener, signal)
  }
}

async function readStream(
  body: ReadableStream<Uint8Array>,
  listener: StreamListener,
  signal: AbortSignal,
): Promise<StreamEnd> {
  const decoder = createStreamDecoder((frame) => {
    // The listener may abort on an earlier event of the same chunk.
    if (!signal.aborted) listener.frame(frame)
  })
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done || signal.aborted) return failed(failureWithoutAnswer('interrupted'))
      listener.activity()
      const overflow = decoder.feed(value)
      if (overflow) return failed(failureWithoutAnswer('bad_response', overflow))
    }
  } catch (cause) {
    return failed(failureWithoutAnswer('interrupted', cause))
  } finally {
    reader.cancel().catch(() => {})
  }
}

function isEventStream(response: Response): boolean {
  return /^text\/event-stream\s*(;|$)/i.test(response.headers.get('content-type') ?? '')
}

function failed(failure: ReturnType<typeof failureWithoutAnswer>): StreamEnd {
  return { type: 'failed', failure }
}
