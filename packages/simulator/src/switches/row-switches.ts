/** The form of the values in a product's row. */
export interface RowSwitches {
  /** Currency of `costo`: the local currency, or that of list 0. */
  costCurrency: 'local' | 'list'
  /** Rows have `costo_neto_calculado` and `costo_final_calculado`. */
  calculatedCost: boolean
  /**
   * Where an offer's price is shown besides `detalle_oferta`: nowhere, in `precio_neto`, or in `precio_neto`
   * and in list 0.
   */
  offerPricing: 'apart' | 'net' | 'default-list'
  /** `imagenes` and `detalle_imagenes.orden` have the same order on every product, or not on all. */
  imageOrder: 'mixed' | 'agree'
}

export const ROW_DEFAULTS: Readonly<RowSwitches> = {
  costCurrency: 'local',
  calculatedCost: true,
  offerPricing: 'apart',
  imageOrder: 'mixed',
}

export const ROW_VALUES = {
  costCurrency: ['local', 'list'],
  offerPricing: ['apart', 'net', 'default-list'],
  imageOrder: ['mixed', 'agree'],
} as const
