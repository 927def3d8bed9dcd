import { CianboxError } from '@espejo/cianbox'
import type { WebhookLeft } from '@espejo/contract'
import { connectionBody, connectionTestBody } from '@espejo/contract/schemas'
import { BudgetSpentError } from '../connections/budget-spent.js'
import { type ConnectionStore, PasswordRequiredError } from '../connections/connection-store.js'
import type { ConnectionTester } from '../connections/connection-tester.js'
import { RUN_CODE_OF_KIND } from '../connections/run-error-codes.js'
import type { Registrations } from '../webhooks/registration.js'
import { connectionSchema, connectionTestSchema, webhookLeftSchema } from './answer-schemas.js'
import { HttpProblem, notFound } from './problem.js'
import { ok, type Route, route } from './route.js'

const PATH = '/cianbox/connection'

/** The tenant's connection to Cianbox. The password can be written but not read. */
export function connectionRoutes(deps: {
  connections: ConnectionStore
  testConnection: ConnectionTester
  registrations: Pick<Registrations, 'removeBestEffort'>
}): Route[] {
  const { connections, testConnection, registrations } = deps
  return [
    route({
      method: 'get',
      path: PATH,
      summary: "The tenant's connection, without its password",
      tag: 'connection',
      access: 'read',
      answers: { 200: { description: 'The connection', schema: connectionSchema } },
      async handle({ session }) {
        const connection = await connections.get(session.tenantId)
        if (!connection) throw notFound('Todavía no hay una conexión con Cianbox.')
        return ok(connection)
      },
    }),
    route({
      method: 'put',
      path: PATH,
      summary: 'Write the connection; without a password the stored one is kept',
      tag: 'connection',
      access: 'configure',
      body: connectionBody,
      answers: { 200: { description: 'The connection as stored', schema: connectionSchema } },
      async handle({ session, body }) {
        try {
          return ok(await connections.put(session.tenantId, body))
        } catch (error) {
          if (!(error instanceof PasswordRequiredError)) throw error
          throw new HttpProblem(422, 'invalid_body', 'Falta la contraseña de Cianbox.', {
            errors: [{ path: 'password', message: 'Falta la contraseña.' }],
          })
        }
      },
    }),
    route({
      method: 'delete',
      path: PATH,
      summary:
        'Remove the webhook from the ERP, then delete the connection and its credentials; the mirror is kept',
      tag: 'connection',
      access: 'configure',
      answers: {
        200: {
          description: 'Deleted, but the webhook could not be removed from the ERP',
          schema: webhookLeftSchema,
        },
        204: { description: 'There is no connection now' },
      },
      async handle({ session }) {
        const failure = await registrations.removeBestEffort(session.tenantId)
        await connections.delete(session.tenantId)
        return failure === null ? { status: 204 } : ok(webhookLeft(failure))
      },
    }),
    route({
      method: 'post',
      path: `${PATH}/test`,
      summary:
        'Log in at Cianbox and read one small page; fields that the body leaves out are taken from the stored connection',
      tag: 'connection',
      access: 'operate',
      body: connectionTestBody,
      bodyOptional: true,
      answers: { 200: { description: 'What was found, or what to check', schema: connectionTestSchema } },
      async handle({ session, body }) {
        return ok(await testConnection(session.tenantId, body))
      },
    }),
  ]
}

type RemoveFailure = NonNullable<Awaited<ReturnType<Registrations['removeBestEffort']>>>

/** The connection is deleted already, so the message must not suggest correcting it. */
function webhookLeft(failure: RemoveFailure): WebhookLeft {
  const { code, why } = explain(failure)
  return {
    code,
    message: `La conexión se borró, pero ${why}: no se le pudo pedir que deje de mandar avisos. Los que mande se rechazan. Para que deje de mandarlos, volvé a cargar la conexión, activá los avisos y desactivalos.`,
  }
}

function explain(failure: RemoveFailure): { code: string; why: string } {
  if (failure instanceof BudgetSpentError) {
    return { code: 'daily_budget', why: 'se alcanzó el tope diario de consultas a Cianbox' }
  }
  if (!(failure instanceof CianboxError)) {
    return { code: 'password_unreadable', why: 'su contraseña de Cianbox no se podía leer' }
  }
  const isRefusal = /^(auth|account|forbidden)$/.test(failure.kind)
  return {
    code: RUN_CODE_OF_KIND[failure.kind],
    why: isRefusal ? 'Cianbox no aceptó las credenciales' : 'Cianbox no respondió bien',
  }
}
