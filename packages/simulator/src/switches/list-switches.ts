/** What a list takes, shows and leaves out. */
export interface ListSwitches {
  /** Rows of a page when the request names no `limit`. */
  defaultLimit: number
  /** The largest `limit`; `limitAbove200` says what happens above it. */
  maxLimit: number
  /** A name in `fields` that does not exist: ignored, or an error. */
  unknownField: 'ignore' | 'error'
  /** `available_fields` of products names neither `detalle_oferta` nor `precio_oferta_calculado`. */
  availableFieldsOmitOffer: boolean
  /** `fields` takes names that `available_fields` omits, or does not know them. */
  unlistedFields: 'shown' | 'unknown'
  /** A value in a list of ids that is none (`id=abc`): matches nothing, is ignored, or is an error. */
  malformedId: 'no-match' | 'ignore' | 'error'
  /** An `order` that does not exist: an error, or the default order. */
  unknownOrder: 'error' | 'default'
  /** `page=0`: the first page, an empty page, or an error. */
  pageZero: 'first' | 'empty' | 'error'
  /**
   * `con_stock` and `con_disponible` of 0 or `false`: no filter (`truthy`), the same filter as 1
   * (`present`), or those without stock (`negates`).
   */
  stockFilter: 'truthy' | 'present' | 'negates'
  /**
   * Products with `vigente: false`: listed, shown to who names them by id or code (`by-id`), or left out
   * of both (`hidden`). `vigente=all` shows them always.
   */
  inactiveRows: 'listed' | 'by-id' | 'hidden'
  /** Products that are not associated with the integration: left out, or listed like any other. */
  unassociatedRows: 'hidden' | 'listed'
  /** A v2 list answers `page` and `total_pages`. */
  pagingFields: boolean
  /** A JSON array as the body of a write: an error, no parameters, or its first object. */
  jsonArrayBody: 'error' | 'empty' | 'first'
  /** Answers to writes come in the envelope; else as `{status, description, id}`. */
  writeEnvelope: boolean
}

export const LIST_DEFAULTS: Readonly<ListSwitches> = {
  defaultLimit: 50,
  maxLimit: 200,
  unknownField: 'ignore',
  availableFieldsOmitOffer: true,
  unlistedFields: 'shown',
  malformedId: 'no-match',
  unknownOrder: 'error',
  pageZero: 'first',
  stockFilter: 'truthy',
  inactiveRows: 'listed',
  unassociatedRows: 'hidden',
  pagingFields: true,
  jsonArrayBody: 'error',
  writeEnvelope: true,
}

export const LIST_VALUES = {
  unknownField: ['ignore', 'error'],
  unlistedFields: ['shown', 'unknown'],
  malformedId: ['no-match', 'ignore', 'error'],
  unknownOrder: ['error', 'default'],
  pageZero: ['first', 'empty', 'error'],
  stockFilter: ['truthy', 'present', 'negates'],
  inactiveRows: ['listed', 'by-id', 'hidden'],
  unassociatedRows: ['hidden', 'listed'],
  jsonArrayBody: ['error', 'empty', 'first'],
} as const
