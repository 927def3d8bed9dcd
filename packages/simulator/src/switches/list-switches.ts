/** Which parameters a list accepts and which rows it shows. */
export interface ListSwitches {
  /** Rows of a page when the request has no `limit`. */
  defaultLimit: number
  /** The largest `limit`; see `limitAbove200` for what happens above it. */
  maxLimit: number
  /** A name in `fields` that does not exist: ignored, or an error. */
  unknownField: 'ignore' | 'error'
  /** `available_fields` of products omits `detalle_oferta` and `precio_oferta_calculado`. */
  availableFieldsOmitOffer: boolean
  /** `fields` accepts names that `available_fields` omits (`shown`), or treats them as unknown. */
  unlistedFields: 'shown' | 'unknown'
  /** An invalid value in a list of ids (`id=abc`): matches nothing, is ignored, or is an error. */
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
   * Products with `vigente: false`: listed, shown only when requested by id or code (`by-id`), or not shown
   * (`hidden`). `vigente=all` always shows them.
   */
  inactiveRows: 'listed' | 'by-id' | 'hidden'
  /** Products that are not associated with the integration: not shown, or listed. */
  unassociatedRows: 'hidden' | 'listed'
  /** A v2 list has `page` and `total_pages`. */
  pagingFields: boolean
  /** A JSON array as the body of a write: an error, no parameters, or its first object. */
  jsonArrayBody: 'error' | 'empty' | 'first'
  /** Responses to writes have the envelope; else they are `{status, description, id}`. */
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
