import type { IncomingHttpHeaders } from 'node:http'
import type { RequestHandler } from 'express'
import { HttpProblem } from './problem.js'

/**
 * Refuses cross-site requests, which a browser sends with our cookie (CSRF). For every route that changes
 * something, whatever its method. A request with an `Authorization` header passes, because another
 * site cannot make a browser add one.
 */
export const sameOriginOnly: RequestHandler = (req, _res, next) => {
  if (req.headers.authorization !== undefined || !isCrossSite(req.headers, req.hostname)) return next()
  next(new HttpProblem(403, 'cross_site', 'El pedido viene de otro sitio y no se acepta.'))
}

/**
 * Whether a page of another origin caused the request, according to the browser. Browsers send
 * `Sec-Fetch-Site` over https, and otherwise `Origin` with all methods but GET and HEAD; programs send
 * neither. Ports are not compared, because cookies ignore them too, and proxies drop them.
 *
 * @param hostname the host that the request was sent to
 */
export function isCrossSite(headers: IncomingHttpHeaders, hostname: string): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const { origin } = headers
  if (origin === undefined) return false
  return !URL.canParse(origin) || new URL(origin).hostname !== hostname
}
