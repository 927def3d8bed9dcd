import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** A request for a stream, independent of Express. */
export interface StreamCall<Req extends IncomingMessage = IncomingMessage> {
  req: Req
  res: ServerResponse
  query: Readonly<Record<string, unknown>>
  /** The host that the request was sent to, without a port. */
  hostname: string
  /** Headers for every answer, beside those already set on `res`. */
  headers: OutgoingHttpHeaders
}
