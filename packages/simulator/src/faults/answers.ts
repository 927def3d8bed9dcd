import { errorReply } from '../http/envelope.js'
import type { Incoming } from '../http/incoming.js'
import { htmlReply, type Reply } from '../http/reply.js'
import { retryAfterHeader } from '../http/retry-after.js'
import { DEFAULT_SWITCHES, type Switches } from '../switches.js'
import type { AnswerFault, FaultTable } from './fault.js'

/** The input of a fault that responds. */
export interface AnswerContext {
  cuenta: string
  incoming: Incoming
  switches: Readonly<Switches>
  /** Clock of the simulated ERP, epoch milliseconds. */
  now: number
}

type Answer = (fault: never, context: AnswerContext) => Reply

/** Faults that respond instead of the API. To add one: a member of the union and an entry here. */
export const ANSWER_FAULTS: FaultTable<AnswerFault, Answer> = {
  unauthorized: {
    about: '401, as for a bad token',
    defaults: {},
    act: (_fault, context) => refuse(context, 401, 'Token de acceso inválido o vencido'),
  },
  forbidden: {
    about: '403, as for a suspended account',
    defaults: {},
    act: (_fault, context) => refuse(context, 403, 'Cuenta suspendida'),
  },
  'too-many-requests': {
    about: '429 with Retry-After in seconds, as an HTTP date, absent or absurd',
    defaults: { retryAfter: 'seconds', seconds: 2, absurd: '99999999999' },
    act: ({ retryAfter, seconds, absurd }, context) =>
      refuse(
        context,
        429,
        'Demasiadas peticiones',
        retryAfter === 'absurd'
          ? { 'retry-after': absurd }
          : retryAfterHeader(retryAfter, seconds, context.now),
      ),
  },
  'server-error': {
    about: '500 (or another status) with a JSON error',
    defaults: { status: 500 },
    act: ({ status }, context) => refuse(context, status, 'Error interno'),
  },
  'bad-gateway-html': {
    about: '502 with an HTML page',
    defaults: {},
    act: () => htmlReply(502, '502 Bad Gateway'),
  },
  'html-ok': {
    about: '200 with an HTML page',
    defaults: {},
    act: () => htmlReply(200, 'Sitio en mantenimiento'),
  },
  'status-error': {
    about: '200 with status "error" in the envelope',
    defaults: { text: 'No se pudo procesar la petición' },
    act: ({ text }, { cuenta, incoming, switches }) =>
      errorReply(cuenta, incoming, { ...switches, errorHttp: '200' }, 400, text),
  },
}

/** Responds with exactly this status: the switches that change an error's status do not apply. */
function refuse(
  { cuenta, incoming, switches }: AnswerContext,
  status: number,
  text: string,
  headers?: Record<string, string>,
): Reply {
  const unmasked = { ...switches, errorHttp: DEFAULT_SWITCHES.errorHttp }
  return errorReply(cuenta, incoming, unmasked, status, text, headers)
}
