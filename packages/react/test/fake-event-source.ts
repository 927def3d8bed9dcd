import type { StreamEvent } from '@espejo/contract'

/**
 * A fake EventSource for Node, which has none. It only dispatches events, so that a test can check which
 * URL is opened, how each event is handled, and when it is closed. All other requests go to a real
 * server. The real EventSource is tested in Chromium, with the web app.
 */
export class FakeEventSource extends EventTarget {
  readyState = 0
  readonly path: string
  readonly query: URLSearchParams
  #lastEventId = ''

  constructor(url: string) {
    super()
    const { pathname, searchParams } = new URL(url)
    this.path = pathname
    this.query = searchParams
  }
  open(...events: StreamEvent[]) {
    this.readyState = 1
    this.dispatchEvent(new Event('open'))
    for (const event of events) this.#send(event)
  }
  /** The network fails, or the stream is cut: a browser would reconnect by itself. */
  lose() {
    this.readyState = 0
    this.dispatchEvent(new Event('error'))
  }
  /** The response is not a stream: a browser gives up. */
  refuse() {
    this.readyState = 2
    this.dispatchEvent(new Event('error'))
  }
  close() {
    this.readyState = 2
  }
  #send({ event, id, data }: StreamEvent) {
    this.#lastEventId = id ?? this.#lastEventId
    this.dispatchEvent(
      new MessageEvent(event, { data: JSON.stringify(data), lastEventId: this.#lastEventId }),
    )
  }
}
