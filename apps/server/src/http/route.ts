import { type Capability, can } from '@espejo/contract'
import express, { type Request, type RequestHandler, type Response, type Router } from 'express'
import type { z } from 'zod'
import type { Authenticate } from '../accounts/authenticate.js'
import type { Session } from '../accounts/session.js'
import { HttpProblem, invalid, notFound } from './problem.js'
import { sameOriginOnly } from './same-origin.js'

/** One route: what it takes, what it answers and who may use it. The router and the OpenAPI document both come from it. */
export interface Route {
  method: 'get' | 'post' | 'put' | 'delete'
  /** As Express writes it: `/products/:cianboxId`. */
  path: string
  summary: string
  tag: string
  /** `public`: without a session. */
  access: Capability | 'public'
  /** Runs ahead of everything else. */
  before?: RequestHandler
  /** A path whose parameters do not have this form does not exist: 404. */
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  /** Whether the body may be left out. */
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

/** Declares a route, so that `handle` gets exactly what the schemas let through. */
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

/** Serves routes under a router of their own. Everything that is not a plain read must be same-origin. */
export function serveRoutes(routes: readonly Route[], authenticate: Authenticate): Router {
  const router = express.Router()
  for (const declared of routes) {
    const guards = [
      ...(declared.before ? [declared.before] : []),
      ...(declared.method === 'get' ? [] : [sameOriginOnly]),
    ]
    router[declared.method](declared.path, ...guards, async (req, res) => {
      const session = declared.access === 'public' ? null : await admit(req, declared.access, authenticate)
      const { status, body } = await declared.handle({ ...readInput(declared, req), session, req, res })
      res.status(status).set('Cache-Control', 'no-store')
      if (body === undefined) res.end()
      else res.json(body)
    })
  }
  return router
}

export function ok(body: unknown): Answer {
  return { status: 200, body }
}

async function admit(req: Request, capability: Capability, authenticate: Authenticate): Promise<Session> {
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
