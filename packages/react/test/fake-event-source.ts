import type { StreamEvent } from '@espejo/contract'

/**
 * Node has no EventSource. This stands in for its events alone, so that the wiring can be tested:
 * which address is opened, what each event is taken for, when it is closed. The requests around it
 * go to a real server. The browser's own EventSource is tested in Chromium, with the web app.
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
  /** The network fails, or the stream is cut: a browser would try again by itself. */
  lose() {
    this.readyState = 0
    this.dispatchEvent(new Event('error'))
  }
  /** The server has answered with something that is no stream: a browser gives up. */
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
