import type { Account } from '../account.js'
import type { ActiveFaults } from '../faults/plan.js'
import type { FaultRequest } from '../faults/target.js'
import { ApiError } from './api-error.js'
import { answerCredentials, answerRefresh } from './auth-routes.js'
import { envelope, errorReply } from './envelope.js'
import type { Incoming } from './incoming.js'
import { isListRoute, selectList } from './list-routes.js'
import { readPage } from './paging.js'
import { listReply, type Reply } from './reply.js'
import { retryAfterHeader } from './retry-after.js'
import { answerWebhooks, isWebhookRoute } from './webhook-routes.js'

/** `Retry-After` of the rate limit, in seconds. */
const RATE_LIMIT_WAIT = 1

/**
 * Answers one request of an account. Checks, in this order: faults, rate limit, suspension, route, token,
 * parameters.
 */
export function answer(
  account: Account,
  incoming: Incoming,
  activeFaults: ActiveFaults,
  withinLimit: boolean,
): Reply {
  const { cuenta, switches } = account
  const fault = activeFaults.answer?.({ cuenta, incoming, switches, now: account.now() })
  if (fault) return fault
  try {
    if (!withinLimit && switches.rateLimitEnforced) {
      const headers = retryAfterHeader(switches.retryAfter, RATE_LIMIT_WAIT, account.now())
      return errorReply(cuenta, incoming, switches, 429, 'Demasiadas peticiones', headers)
    }
    if (account.suspended) throw new ApiError(403, 'Cuenta suspendida')
    return route(account, incoming, activeFaults)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return errorReply(cuenta, incoming, switches, error.status, error.message)
  }
}

function route(account: Account, incoming: Incoming, activeFaults: ActiveFaults): Reply {
  const { route: path, method, query } = incoming
  if (path === '/auth/credentials' || path === '/auth/refresh') {
    if (method !== 'POST') throw new ApiError(405, 'Método no permitido')
    return path === '/auth/credentials'
      ? answerCredentials(account, incoming)
      : answerRefresh(account, incoming)
  }
  const list = isListRoute(path)
  if (!list && !isWebhookRoute(path)) throw new ApiError(404, 'Recurso inexistente')
  if (!account.tokens.isValid(query.get('access_token') ?? '')) {
    throw new ApiError(401, 'Token de acceso inválido o vencido')
  }
  if (!list) return answerWebhooks(account, incoming)
  if (method !== 'GET') throw new ApiError(405, 'Método no permitido')
  return answerList(account, incoming, activeFaults)
}

/** The simple dialect responds with the v0 contract's `{data, total}`, on the same paths. */
function answerList(account: Account, incoming: Incoming, activeFaults: ActiveFaults): Reply {
  const { fields, source } = selectList(account, incoming.route, incoming.query)
  const { page: requested, ids } = faultRequest(incoming)
  const page = activeFaults.alter(readPage(source, incoming.query, account.switches), {
    ...{ source, requested, ids },
    everything: () => selectList(account, incoming.route, queryForAllRows(incoming.query)).source,
  })
  if (account.dialect === 'simple') {
    return listReply(page.totalPages === null ? {} : { total: page.total }, 'data', page.rows)
  }
  const head = {
    ...envelope(account.cuenta, incoming),
    available_fields: fields,
    ...(account.switches.pagingFields && {
      page: page.page,
      ...(page.totalPages !== null && { total_pages: page.totalPages }),
    }),
  }
  return listReply(head, 'body', page.rows)
}

/** The parts of a request that faults match; page 1 if it has none. */
export function faultRequest({ route, query }: Incoming): FaultRequest {
  const ids = query.get('id')
  return {
    route,
    page: Math.max(1, Number(query.get('page')) || 1),
    order: query.get('order'),
    ids: ids ? ids.split(',').map(Number) : null,
  }
}

/** A query for the same fields of every row, in the list's default order. */
function queryForAllRows(query: URLSearchParams): URLSearchParams {
  const fields = query.get('fields')
  return new URLSearchParams(fields ? { fields } : {})
}
