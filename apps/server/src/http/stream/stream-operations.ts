import type { RouteConfig } from '@asteasolutions/zod-to-openapi'
import { ticketBody } from '@espejo/contract/schemas'
import { z } from 'zod'
import { problemSchema, streamTicketSchema } from '../answer-schemas.js'
import { runEventSchema, runSnapshotSchema } from './event-schemas.js'

/** The stream's routes as the OpenAPI document shows them; they are served by the stream's own router. */
const problem = {
  description: 'A refusal, or a fault of the server',
  content: { 'application/problem+json': { schema: problemSchema } },
}

const viewing = z.object({
  ticket: z.string().optional().meta({ description: 'A single-use ticket, for `EventSource`' }),
  token: z
    .string()
    .optional()
    .meta({ description: "The session's token. It ends up in histories and proxies' logs: prefer a ticket" }),
  changes: z.enum(['0', '1']).optional().meta({
    description: '1: also events `changes`, which name the products that the run has changed (ChangesData)',
  }),
  lastEventId: z.string().optional().meta({ description: 'As the header, for who cannot set one' }),
})
const cursor = z.object({
  'last-event-id': z.string().optional().meta({ description: 'Resume after this event: `<run>.<seq>`' }),
})
const security = [{ bearer: [] }, { cookie: [] }]
const stream = z.string().meta({
  description:
    'Events `start`, `progress`, then one `complete` or `error`; beside them `ping`, `reset` and `drain`, and `changes` for who asks. Their data are StartData, ProgressData, CompleteData, ErrorData, PingData, ResetData, DrainData and ChangesData.',
})

export const streamOperations: readonly RouteConfig[] = [
  {
    method: 'get',
    path: '/cianbox/sync/products/stream',
    operationId: 'streamProductsSync',
    summary: 'Start a full run, or join the active one, and watch it. A reconnect never starts a run',
    tags: ['streams'],
    security,
    request: { query: viewing, headers: cursor },
    responses: {
      200: { description: 'A stream of events', content: { 'text/event-stream': { schema: stream } } },
      204: { description: 'The viewer has the ending already: stop' },
      default: problem,
    },
  },
  {
    method: 'get',
    path: '/cianbox/sync/runs/{id}/events',
    operationId: 'watchRun',
    summary: 'Watch one run: a stream, its log line by line, or its present state, by `Accept`',
    tags: ['streams'],
    security,
    request: {
      params: z.object({ id: z.string() }),
      query: viewing.extend({
        after: z
          .string()
          .optional()
          .meta({ description: 'Of the log as NDJSON: only what follows this position' }),
      }),
      headers: cursor,
    },
    responses: {
      200: {
        description: 'The run, in the form asked for',
        content: {
          'text/event-stream': { schema: stream },
          'application/x-ndjson': { schema: runEventSchema },
          'application/json': { schema: runSnapshotSchema },
        },
      },
      204: { description: 'The viewer has the ending already: stop' },
      default: problem,
    },
  },
  {
    method: 'post',
    path: '/stream-tickets',
    operationId: 'createStreamTicket',
    summary: 'A ticket that opens one stream, once, within 30 seconds',
    tags: ['streams'],
    security,
    request: { body: { required: false, content: { 'application/json': { schema: ticketBody } } } },
    responses: {
      200: { description: 'The ticket', content: { 'application/json': { schema: streamTicketSchema } } },
      default: problem,
    },
  },
]
