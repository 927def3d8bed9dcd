import { LIST_DEFAULTS, LIST_VALUES, type ListSwitches } from './switches/list-switches.js'
import {
  NOTIFICATION_DEFAULTS,
  NOTIFICATION_VALUES,
  type NotificationSwitches,
} from './switches/notification-switches.js'
import { ROW_DEFAULTS, ROW_VALUES, type RowSwitches } from './switches/row-switches.js'

/**
 * One switch for each behaviour of the API that is undocumented or ambiguous. The default is the best
 * documented reading or, without documentation, the one that is harder for a client.
 */
export interface Switches extends RowSwitches, ListSwitches, NotificationSwitches {
  /** A stock change changes the product's `updated`. */
  stockMovesUpdated: boolean
  /** An exchange rate changes the `updated` of every product (each has a price in dollars). */
  rateMovesUpdated: boolean
  /** A price rise over a whole list changes the `updated` of every product. */
  priceRiseMovesUpdated: boolean
  /** A deletion shown as `vigente: false` changes `updated`. */
  deletionMovesUpdated: boolean
  /** How a deletion is shown when `remove` gets no `how`. */
  deletion: 'inactive' | 'gone'
  /** A page past the end: an empty body, an error, or the last page again. */
  pagePastEnd: 'empty' | 'error' | 'last'
  /** `limit` above the largest (`maxLimit`): served as that, or an error. */
  limitAbove200: 'clamp' | 'error'
  /** More than 200 values in a comma list: the rest ignored, or an error. */
  idsAbove200: 'truncate' | 'error'
  /** `total_pages` of a list with no rows. */
  emptyTotalPages: 0 | 1
  /** Order when the request has none. */
  defaultOrder: ProductOrder
  /** The field with an error's text. */
  errorField: 'message' | 'statusMessage'
  /** HTTP status of errors: the correct one, always 200, or 200 except for a bad token. */
  errorHttp: 'real' | '200' | '200-except-401'
  /** Body of the response to a bad token. */
  unauthorizedBody: 'json' | 'html' | 'empty'
  /** Field with the text of a refused write inside an outer "ok". */
  writeErrorField: 'descripcion' | 'description'
  /** `page` of the envelope is text. */
  pageAsString: boolean
  /** A repeated login returns the token already issued. */
  loginReusesToken: boolean
  /** A new password revokes the tokens issued with the old one. */
  passwordChangeEndsTokens: boolean
  /** Life of an access token, in seconds. */
  accessTokenSeconds: number
  /** Life of a refresh token, in seconds. */
  refreshTokenSeconds: number
  /** `Retry-After` of the rate limit's 429. */
  retryAfter: 'seconds' | 'date' | 'absent'
  /** Whether the rate limit responds with 429 or only counts. */
  rateLimitEnforced: boolean
  /** VAT: a multiplier (1.21), a percentage (21), or a mix of both. */
  vat: 'mixed' | 'multiplier' | 'percent'
  /**
   * Products whose id is a multiple of this are never shown, but count in paging, so that their page has
   * fewer rows; 0: none.
   */
  hiddenEvery: number
  /** `/productos/listas` shows list 0, the default one. */
  defaultListListed: boolean
  /** Compress when the request accepts gzip. */
  gzip: boolean
  /** Retries after a failed delivery. */
  webhookRetries: number
  /** Delay before each retry, in milliseconds. */
  webhookRetryDelayMs: number
  /** Timeout of a delivery, in milliseconds. */
  webhookTimeoutMs: number
  /** Order of the deliveries of one change. */
  webhookOrder: 'in-order' | 'reversed'
  /** Share of deliveries that are never sent, 0–1, chosen by the seed. */
  webhookLossRate: number
  /** Each delivery is sent twice. */
  webhookDuplicates: boolean
}

export type ProductOrder = `${'create-date' | 'modified-date' | 'id'}-${'asc' | 'desc'}`

export const DEFAULT_SWITCHES: Readonly<Switches> = {
  stockMovesUpdated: false,
  rateMovesUpdated: false,
  priceRiseMovesUpdated: true,
  deletionMovesUpdated: true,
  deletion: 'inactive',
  pagePastEnd: 'empty',
  limitAbove200: 'clamp',
  idsAbove200: 'error',
  emptyTotalPages: 1,
  defaultOrder: 'id-asc',
  errorField: 'message',
  errorHttp: 'real',
  unauthorizedBody: 'json',
  writeErrorField: 'descripcion',
  pageAsString: false,
  loginReusesToken: true,
  passwordChangeEndsTokens: true,
  accessTokenSeconds: 24 * 60 * 60,
  refreshTokenSeconds: 600 * 24 * 60 * 60,
  retryAfter: 'seconds',
  rateLimitEnforced: true,
  vat: 'mixed',
  hiddenEvery: 0,
  defaultListListed: false,
  gzip: false,
  webhookRetries: 0,
  webhookRetryDelayMs: 1000,
  webhookTimeoutMs: 30_000,
  webhookOrder: 'in-order',
  webhookLossRate: 0,
  webhookDuplicates: false,
  ...ROW_DEFAULTS,
  ...LIST_DEFAULTS,
  ...NOTIFICATION_DEFAULTS,
}

export const PRODUCT_ORDERS: readonly ProductOrder[] = [
  'create-date-asc',
  'create-date-desc',
  'modified-date-asc',
  'modified-date-desc',
  'id-asc',
  'id-desc',
]

/** The valid values of the switches that are not just a number or a boolean. */
const ALLOWED: { [K in keyof Switches]?: readonly Switches[K][] } = {
  deletion: ['inactive', 'gone'],
  pagePastEnd: ['empty', 'error', 'last'],
  limitAbove200: ['clamp', 'error'],
  idsAbove200: ['truncate', 'error'],
  emptyTotalPages: [0, 1],
  defaultOrder: PRODUCT_ORDERS,
  errorField: ['message', 'statusMessage'],
  errorHttp: ['real', '200', '200-except-401'],
  unauthorizedBody: ['json', 'html', 'empty'],
  writeErrorField: ['descripcion', 'description'],
  retryAfter: ['seconds', 'date', 'absent'],
  vat: ['mixed', 'multiplier', 'percent'],
  webhookOrder: ['in-order', 'reversed'],
  ...ROW_VALUES,
  ...LIST_VALUES,
  ...NOTIFICATION_VALUES,
}

/**
 * Applies changes to a set of switches.
 *
 * @throws RangeError that names the unknown switch, or the switch and its invalid value
 */
export function mergeSwitches(current: Readonly<Switches>, changes: Partial<Switches>): Switches {
  for (const [name, value] of Object.entries(changes)) {
    if (!isSwitch(name)) throw new RangeError(`No existe el interruptor "${name}".`)
    const allowed: readonly unknown[] | undefined = ALLOWED[name]
    const fits = allowed ? allowed.includes(value) : typeof value === typeof DEFAULT_SWITCHES[name]
    const sound = typeof value !== 'number' || (Number.isFinite(value) && value >= 0)
    if (!fits || !sound) {
      const hint = allowed ? ` Valores posibles: ${allowed.join(', ')}.` : ''
      throw new RangeError(`El interruptor "${name}" no admite ${JSON.stringify(value)}.${hint}`)
    }
  }
  return { ...current, ...changes }
}

/** Whether the ERP never shows this product. */
export function isHidden(id: number, { hiddenEvery }: Readonly<Switches>): boolean {
  return hiddenEvery > 0 && id % hiddenEvery === 0
}

function isSwitch(name: string): name is keyof Switches {
  return Object.hasOwn(DEFAULT_SWITCHES, name)
}
