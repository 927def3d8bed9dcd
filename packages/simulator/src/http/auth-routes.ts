import type { Account } from '../account.js'
import { ApiError } from './api-error.js'
import { okReply } from './envelope.js'
import type { Incoming } from './incoming.js'
import type { Reply } from './reply.js'

/** `POST /auth/credentials`: four required fields, any application, the account's user and password. */
export function answerCredentials(account: Account, incoming: Incoming): Reply {
  const { body } = incoming
  for (const name of ['app_name', 'app_code', 'user', 'password']) {
    if (typeof body[name] !== 'string' || body[name] === '')
      throw new ApiError(400, `Falta el parámetro ${name}`)
  }
  if (!account.accepts(body.user, body.password)) throw new ApiError(401, 'Usuario o contraseña incorrectos')
  return okReply(account.cuenta, incoming, account.tokens.login())
}

/** `POST /auth/refresh`: a new access token and no new refresh token. */
export function answerRefresh(account: Account, incoming: Incoming): Reply {
  const token = incoming.body.refresh_token
  if (typeof token !== 'string' || token === '') throw new ApiError(400, 'Falta el parámetro refresh_token')
  const issued = account.tokens.refresh(token)
  if (!issued) throw new ApiError(401, 'Token de refresco inválido o vencido')
  return okReply(account.cuenta, incoming, issued)
}
