import { connectionBody, connectionTestBody } from '@espejo/contract/schemas'
import { type ConnectionStore, PasswordRequiredError } from '../connections/connection-store.js'
import type { ConnectionTester } from '../connections/connection-tester.js'
import { connectionSchema, connectionTestSchema } from './answer-schemas.js'
import { HttpProblem, notFound } from './problem.js'
import { ok, type Route, route } from './route.js'

const PATH = '/cianbox/connection'

/** The tenant's connection to Cianbox. The password goes in and never comes out. */
export function connectionRoutes(deps: {
  connections: ConnectionStore
  testConnection: ConnectionTester
}): Route[] {
  const { connections, testConnection } = deps
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
      summary: 'Write the connection; without a password the stored one stays',
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
      summary: 'Forget the connection and its credentials; the mirror stays',
      tag: 'connection',
      access: 'configure',
      answers: { 204: { description: 'There is no connection now' } },
      async handle({ session }) {
        await connections.delete(session.tenantId)
        return { status: 204 }
      },
    }),
    route({
      method: 'post',
      path: `${PATH}/test`,
      summary: 'Log in at Cianbox and read one small page; what the body leaves out is taken as stored',
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
