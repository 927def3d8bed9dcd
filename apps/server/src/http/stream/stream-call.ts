import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** A request for a stream, as its handlers see it: whoever serves it, Express or nobody. */
export interface StreamCall<Req extends IncomingMessage = IncomingMessage> {
  req: Req
  res: ServerResponse
  query: Readonly<Record<string, unknown>>
  /** What the request was sent to, without a port. */
  hostname: string
  /** What every answer carries, beside the headers that `res` was given already. */
  headers: OutgoingHttpHeaders
}
