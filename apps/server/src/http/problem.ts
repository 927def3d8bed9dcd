import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Problem } from '@espejo/contract'
import type { ErrorRequestHandler, Request, RequestHandler } from 'express'
import { ZodError } from 'zod'
import { isDatabaseUnreachable } from '../db/unreachable.js'

/** What only some problems have. */
interface ProblemOptions extends Partial<Pick<Problem, 'title' | 'errors' | 'run'>> {
  /** Headers of the answer, such as `Retry-After`. */
  headers?: Readonly<Record<string, string>>
}

/** An error that a route throws on purpose; it is answered as `application/problem+json` (RFC 9457). */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly status: number
  /** Stable: programs may switch on it. */
  readonly code: string
  readonly headers: Readonly<Record<string, string>>
  readonly #members: Partial<Problem>

  /** @param detail a sentence for the operator, in Spanish */
  constructor(status: number, code: string, detail: string, options: ProblemOptions = {}) {
    super(detail)
    const { headers = {}, ...members } = options
    this.status = status
    this.code = code
    this.headers = headers
    this.#members = members
  }

  /** The body of the answer. */
  toProblem(): Problem {
    return {
      type: 'about:blank',
      title: TITLES[this.status] ?? 'Error',
      status: this.status,
      code: this.code,
      detail: this.message,
      ...this.#members,
    }
  }
}

/** Throws in an expression: `value ?? fail(problem)`. */
export function fail(problem: HttpProblem): never {
  throw problem
}

/** 404. Also the answer for what another tenant owns, so that it does not reveal what exists there. */
export function notFound(detail = 'No existe, o no es de tu cuenta.'): HttpProblem {
  return new HttpProblem(404, 'not_found', detail)
}

/** 503: the database is away. */
export function databaseUnreachable(): HttpProblem {
  return new HttpProblem(
    503,
    'database_unreachable',
    'La base de datos no responde. Probá de nuevo en unos segundos.',
    { headers: { 'Retry-After': '5' } },
  )
}

/** The last middleware: answers 404 where no route matched. */
export const unknownRoute: RequestHandler = (_req, _res, next) => {
  next(new HttpProblem(404, 'unknown_route', 'Esta dirección no existe.'))
}

/**
 * Receives every error that is not an {@link HttpProblem}. `route` is the pattern, never the requested
 * URL, which may hold secrets.
 */
export type UnexpectedErrorLog = (error: unknown, request: { method: string; route: string }) => void

/** Express error handler: answers every error as {@link answerError} does. */
export function problemHandler(options: { onUnexpected: UnexpectedErrorLog }): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    answerError(res, error, (cause) =>
      options.onUnexpected(cause, { method: req.method, route: routeOf(req) }),
    )
  }
}

/**
 * Answers an error as `application/problem+json`. An unexpected error becomes a 500 without details;
 * the error itself goes to `onUnexpected`.
 *
 * @param headers added to the answer, beside its own and those already set on `res`
 */
export function answerError(
  res: ServerResponse,
  error: unknown,
  onUnexpected: (error: unknown) => void,
  headers: OutgoingHttpHeaders = {},
): void {
  const problem = toHttpProblem(error)
  if (problem.status === 500) onUnexpected(error)
  // The status is sent already: close the connection, so that the client sees an incomplete answer.
  if (res.headersSent) {
    res.destroy()
    return
  }
  const body = Buffer.from(JSON.stringify(problem.toProblem()))
  res.writeHead(problem.status, {
    ...headers,
    ...problem.headers,
    'Cache-Control': 'no-store',
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': body.length,
  })
  res.end(body)
}

/** Maps any thrown value to the problem that it is answered with. */
function toHttpProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error
  if (error instanceof ZodError) return invalid(422, error)
  const bodyProblem = BODY_PARSER_PROBLEMS[bodyParserType(error) ?? '']
  if (bodyProblem) return new HttpProblem(...bodyProblem)
  if (error instanceof URIError) return new HttpProblem(400, 'invalid_url', 'La dirección está mal escrita.')
  if (isDatabaseUnreachable(error)) return databaseUnreachable()
  return new HttpProblem(500, 'internal', 'Algo falló de nuestro lado. Probá de nuevo en unos minutos.')
}

/** The problem of input that failed validation, with one entry for each invalid field. */
export function invalid(status: 400 | 422, error: ZodError): HttpProblem {
  const errors = error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
  const code = status === 400 ? 'invalid_query' : 'invalid_body'
  return new HttpProblem(status, code, 'Hay datos que no se pueden aceptar. Revisalos y probá de nuevo.', {
    errors,
  })
}

/** By the `type` of an error of Express's body parser. */
const BODY_PARSER_PROBLEMS: Readonly<Record<string, readonly [number, string, string]>> = {
  'entity.parse.failed': [400, 'invalid_json', 'El cuerpo del pedido no es JSON válido.'],
  'entity.too.large': [413, 'body_too_large', 'El cuerpo del pedido es demasiado grande.'],
  'encoding.unsupported': [415, 'unsupported_encoding', 'La codificación del pedido no se admite.'],
  'charset.unsupported': [415, 'unsupported_charset', 'El juego de caracteres del pedido no se admite.'],
  'request.aborted': [400, 'aborted', 'El pedido se cortó.'],
  'request.size.invalid': [400, 'invalid_length', 'El largo del pedido no coincide con lo anunciado.'],
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  406: 'Not Acceptable',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

function routeOf(req: Request): string {
  const pattern: unknown = req.route?.path
  return req.baseUrl + (typeof pattern === 'string' ? pattern : '')
}

function bodyParserType(error: unknown): string | undefined {
  return error instanceof Error && 'type' in error && typeof error.type === 'string' ? error.type : undefined
}
