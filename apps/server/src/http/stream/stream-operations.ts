import type { RouteConfig } from '@asteasolutions/zod-to-openapi'
import { ticketBody } from '@espejo/contract/schemas'
import { z } from 'zod'
import { problemResponse, streamTicketSchema } from '../answer-schemas.js'
import { runEventSchema, runSnapshotSchema } from './event-schemas.js'

const streamQuery = z.object({
  ticket: z.string().optional().meta({ description: 'A single-use ticket, for `EventSource`' }),
  token: z.string().optional().meta({
    description: "The session's token. URLs are kept in histories and logs of proxies: prefer a ticket",
  }),
  changes: z.enum(['0', '1']).optional().meta({
    description: '1: also events `changes`, which list the products that the run has changed (ChangesData)',
  }),
  lastEventId: z.string().optional().meta({ description: 'As the header, for clients that cannot set one' }),
})
const cursor = z.object({
  'last-event-id': z.string().optional().meta({ description: 'Resume after this event: `<run>.<seq>`' }),
})
const security = [{ bearer: [] }, { cookie: [] }]
const stream = z.string().meta({
  description:
    'Events `start`, `progress`, then one `complete` or `error`; besides `ping`, `reset` and `drain`, and `changes` on request. Their data are StartData, ProgressData, CompleteData, ErrorData, PingData, ResetData, DrainData and ChangesData.',
})

/** The OpenAPI operations of the streams' routes, which are not in the table of `api.ts`. */
export const streamOperations: readonly RouteConfig[] = [
  {
    method: 'get',
    path: '/cianbox/sync/products/stream',
    operationId: 'streamProductsSync',
    summary: 'Start a full run, or join the active one, and watch it. A reconnect never starts a run',
    tags: ['streams'],
    security,
    request: { query: streamQuery, headers: cursor },
    responses: {
      200: { description: 'A stream of events', content: { 'text/event-stream': { schema: stream } } },
      204: { description: 'The viewer has the ending already, and is to stop' },
      default: problemResponse,
    },
  },
  {
    method: 'get',
    path: '/cianbox/sync/runs/{id}/events',
    operationId: 'watchRun',
    summary: 'Watch one run: by `Accept` as a stream, as its log line by line, or as its current state',
    tags: ['streams'],
    security,
    request: {
      params: z.object({ id: z.string() }),
      query: streamQuery.extend({
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
      204: { description: 'The viewer has the ending already, and is to stop' },
      default: problemResponse,
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
      default: problemResponse,
    },
  },
]
