import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Request, Response } from 'express'

/**
 * A stream stays open for hours, and Node keeps its request and response that long. These functions drop
 * what the two refer to and no one reads any more. They depend on fields of Node and Express that are
 * not part of a public API; `release-request.test.ts` fails when a version has other ones.
 */

/**
 * Drops the chain of middleware that led to an open stream, and what it left on the request: 1.3 KB a
 * viewer. Does nothing for a response that has ended.
 */
export function releaseExpressRequest(req: Request, res: Response): void {
  if (res.writableEnded) return
  Object.assign(req, { next: undefined, route: undefined, res: undefined, params: {}, _parsedUrl: undefined })
  Object.assign(res, { locals: {} })
}

/**
 * Drops the headers of an open stream's request: 2 KB for a browser's. Also reads the request to its
 * end, because Node destroys an unread one with an error, and its stack trace, when the connection
 * closes. Does nothing for a response that has ended.
 */
export function releaseRawRequest(req: IncomingMessage, res: ServerResponse): void {
  if (res.writableEnded) return
  req.resume()
  req.headers = {}
  req.rawHeaders = []
}
