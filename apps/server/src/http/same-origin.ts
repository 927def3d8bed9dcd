import type { IncomingHttpHeaders } from 'node:http'
import type { RequestHandler } from 'express'
import { HttpProblem } from './problem.js'

/**
 * Refuses what another site's page makes a browser send with our cookie. For every route that
 * changes something, whatever its method. A request with an `Authorization` header passes: no other
 * site can make a browser add one.
 */
export const sameOriginOnly: RequestHandler = (req, _res, next) => {
  if (req.headers.authorization !== undefined || !isCrossSite(req.headers, req.hostname)) return next()
  next(new HttpProblem(403, 'cross_site', 'El pedido viene de otro sitio y no se acepta.'))
}

/**
 * Whether a browser says that another origin's page caused the request. Browsers send
 * `Sec-Fetch-Site` over https, and otherwise `Origin` with everything but plain reads; programs send
 * neither. Ports are not compared: cookies do not tell them apart either, and proxies drop them.
 *
 * @param hostname - what the request was sent to
 */
export function isCrossSite(headers: IncomingHttpHeaders, hostname: string): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const { origin } = headers
  if (origin === undefined) return false
  return !URL.canParse(origin) || new URL(origin).hostname !== hostname
}
