import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from '@asteasolutions/zod-to-openapi'
import { problemResponse } from './answer-schemas.js'
import type { Route } from './route.js'
import { eventSchemas } from './stream/event-schemas.js'
import { streamOperations } from './stream/stream-operations.js'

/** Creates the OpenAPI 3.1 document of an API from the schemas that its routes are validated with. */
export function describeApi(routes: readonly Route[], options: { streams: boolean }): object {
  const registry = new OpenAPIRegistry()
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  })
  registry.registerComponent('securitySchemes', 'cookie', {
    type: 'apiKey',
    in: 'cookie',
    name: 'espejo_session',
  })
  for (const route of routes) registry.registerPath(toOperation(route))
  if (options.streams) for (const operation of streamOperations) registry.registerPath(operation)
  const components = options.streams ? Object.values(eventSchemas) : []
  return new OpenApiGeneratorV31([...registry.definitions, ...components]).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Espejo',
      version: '1',
      description:
        'A live mirror of a Cianbox catalogue. Errors are problems (RFC 9457) with a stable `code`.',
    },
    servers: [{ url: '/api' }],
  })
}

/** Converts a path of Express: `/products/:cianboxId` to `/products/{cianboxId}`. */
export function openApiPath(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}')
}

function toOperation(route: Route): RouteConfig {
  const { method, path, summary, tag, access, params, query, body, bodyOptional, answers } = route
  return {
    method,
    path: openApiPath(path),
    operationId: operationId(method, path),
    summary,
    tags: [tag],
    security: access === 'public' ? [] : [{ bearer: [] }, { cookie: [] }],
    request: {
      ...(params ? { params } : {}),
      ...(query ? { query } : {}),
      ...(body
        ? { body: { required: bodyOptional !== true, content: { 'application/json': { schema: body } } } }
        : {}),
    },
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, { description, schema }]) => [
          status,
          { description, ...(schema ? { content: { [contentType(status)]: { schema } } } : {}) },
        ]),
      ),
      default: problemResponse,
    },
  }
}

function contentType(status: string): string {
  return Number(status) < 400 ? 'application/json' : 'application/problem+json'
}

/** For example `getCianboxSyncRunsByIdRejects`, for `get /cianbox/sync/runs/:id/rejects`. */
function operationId(method: string, path: string): string {
  const words = path.replace(/:(\w+)/g, (_, name: string) => `by-${name}`).match(/[A-Za-z]+/g) ?? []
  return method + words.map(capitalize).join('')
}

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
