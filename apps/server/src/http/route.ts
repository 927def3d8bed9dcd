import { type Capability, can } from '@espejo/contract'
import express, { type Request, type RequestHandler, type Response, type Router } from 'express'
import type { z } from 'zod'
import type { Authenticate } from '../accounts/authenticate.js'
import type { Session } from '../accounts/session.js'
import { HttpProblem, invalid, notFound } from './problem.js'
import { sameOriginOnly } from './same-origin.js'

/** One route: its input, its answers and who may use it. Router and OpenAPI document are made from it. */
export interface Route {
  method: 'get' | 'post' | 'put' | 'delete'
  /** In the notation of Express: `/products/:cianboxId`. */
  path: string
  summary: string
  tag: string
  /** `public`: without a session. */
  access: Capability | 'public'
  /** Middleware that runs first. */
  before?: RequestHandler
  /** Path parameters that do not match are answered with 404. */
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  /** Whether the body may be left out; it is then validated as `{}`. */
  bodyOptional?: boolean
  answers: Readonly<Record<number, AnswerShape>>
  handle(input: RouteInput): Promise<Answer>
}

interface AnswerShape {
  description: string
  schema?: z.ZodType
}

interface Answer {
  status: number
  body?: unknown
}

interface RouteInput {
  params: unknown
  query: unknown
  body: unknown
  session: Session | null
  req: Request
  res: Response
}

type Infer<S> = S extends z.ZodType ? z.infer<S> : undefined

/** Declares a route, with the input of `handle` typed by the schemas. */
export function route<
  Access extends Route['access'],
  Params extends z.ZodObject | undefined = undefined,
  Query extends z.ZodObject | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(
  declared: Omit<Route, 'access' | 'params' | 'query' | 'body' | 'handle'> & {
    access: Access
    params?: Params
    query?: Query
    body?: Body
    handle(input: {
      params: Infer<Params>
      query: Infer<Query>
      body: Infer<Body>
      session: Access extends 'public' ? null : Session
      req: Request
      res: Response
    }): Promise<Answer>
  },
): Route {
  return declared as unknown as Route
}

/** Makes a router that serves the routes. All methods but GET require the same origin. */
export function serveRoutes(routes: readonly Route[], authenticate: Authenticate): Router {
  const router = express.Router()
  for (const declared of routes) {
    const guards = [
      ...(declared.before ? [declared.before] : []),
      ...(declared.method === 'get' ? [] : [sameOriginOnly]),
    ]
    router[declared.method](declared.path, ...guards, async (req, res) => {
      const session =
        declared.access === 'public' ? null : await authorize(req, declared.access, authenticate)
      const { status, body } = await declared.handle({ ...readInput(declared, req), session, req, res })
      res.status(status).set('Cache-Control', 'no-store')
      if (body === undefined) res.end()
      else res.json(body)
    })
  }
  return router
}

/** 200 with a JSON body. */
export function ok(body: unknown): Answer {
  return { status: 200, body }
}

async function authorize(req: Request, capability: Capability, authenticate: Authenticate): Promise<Session> {
  const session = await authenticate(req)
  if (!session) {
    throw new HttpProblem(401, 'unauthenticated', 'No hay una sesión abierta, o venció. Volvé a ingresar.')
  }
  if (!can(session.role, capability)) {
    throw new HttpProblem(
      403,
      'forbidden',
      'Tu usuario no tiene permiso para esto. Pedíselo a un administrador.',
    )
  }
  return session
}

function readInput(declared: Route, req: Request): Pick<RouteInput, 'params' | 'query' | 'body'> {
  const params = declared.params?.safeParse(req.params)
  if (params && !params.success) throw notFound()
  const query = declared.query?.safeParse(req.query)
  if (query && !query.success) throw invalid(400, query.error)
  const body = declared.body?.safeParse(req.body ?? (declared.bodyOptional ? {} : undefined))
  if (body && !body.success) throw invalid(422, body.error)
  return { params: params?.data, query: query?.data, body: body?.data }
}
