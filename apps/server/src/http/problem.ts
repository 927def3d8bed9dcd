import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Problem } from '@espejo/contract'
import type { ErrorRequestHandler, Request, RequestHandler } from 'express'
import { ZodError } from 'zod'

/** An answer that is not a success. `detail` is a sentence for the operator, in Spanish. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly status: number
  /** Stable: programs may switch on it. */
  readonly code: string
  readonly extra: Partial<Problem>
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: string,
    detail: string,
    extra: Partial<Problem> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail)
    this.status = status
    this.code = code
    this.extra = extra
    this.headers = headers
  }

  toProblem(): Problem {
    return {
      type: 'about:blank',
      title: TITLES[this.status] ?? 'Error',
      status: this.status,
      code: this.code,
      detail: this.message,
      ...this.extra,
    }
  }
}

/** What a reader without rights is told too, so that nobody learns what exists elsewhere. */
export function notFound(detail = 'No existe, o no es de tu cuenta.'): HttpProblem {
  return new HttpProblem(404, 'not_found', detail)
}

/** The last route: whatever no other route answered. */
export const unknownRoute: RequestHandler = (_req, _res, next) => {
  next(new HttpProblem(404, 'unknown_route', 'Esta dirección no existe.'))
}

/** Where errors go that are nobody's refusal. `route` is the pattern, never the address that was asked. */
export type UnexpectedErrorLog = (error: unknown, request: { method: string; route: string }) => void

/** Answers every error of an Express application as {@link answerError} does. */
export function problemHandler(options: { onUnexpected: UnexpectedErrorLog }): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    answerError(res, error, (cause) =>
      options.onUnexpected(cause, { method: req.method, route: routeOf(req) }),
    )
  }
}

/**
 * Answers an error as `application/problem+json`. What is nobody's refusal becomes a 500 that says
 * nothing of its insides, which go to `onUnexpected`.
 *
 * @param headers what the answer carries beside its own and those that `res` was given
 */
export function answerError(
  res: ServerResponse,
  error: unknown,
  onUnexpected: (error: unknown) => void,
  headers: OutgoingHttpHeaders = {},
): void {
  const problem = toHttpProblem(error)
  if (problem.status === 500) onUnexpected(error)
  // A stream that has begun cannot change its status any more: cut it, so that nobody takes it for whole.
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

/** Any thrown value as the problem it is answered with. */
function toHttpProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error
  if (error instanceof ZodError) return invalid(422, error)
  const refused = BODY_PARSER_PROBLEMS[bodyParserType(error) ?? '']
  if (refused) return new HttpProblem(...refused)
  if (error instanceof URIError) return new HttpProblem(400, 'invalid_url', 'La dirección está mal escrita.')
  return new HttpProblem(500, 'internal', 'Algo falló de nuestro lado. Probá de nuevo en unos minutos.')
}

/** One entry for each field that was refused. */
export function invalid(status: 400 | 422, error: ZodError): HttpProblem {
  const errors = error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
  const code = status === 400 ? 'invalid_query' : 'invalid_body'
  return new HttpProblem(status, code, 'Hay datos que no se pueden aceptar. Revisalos y probá de nuevo.', {
    errors,
  })
}

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
