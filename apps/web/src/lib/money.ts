import type { Amounts, Product, Reference } from '@espejo/contract'

/** The currency symbols of a tenant's catalogue. */
export interface Currencies {
  /** The local currency's symbol. */
  localSymbol: string
  /** A currency's symbol, else its name, else its id; `''` for `null`. */
  symbolOf: (currencyId: string | null) => string
  isLocal: (currencyId: string | null) => boolean
}

/** Used when no currency is marked as local: Cianbox is an Argentine ERP. */
const PESO_SIGN = '$'

/** Reads the symbols from the exchange rates, which are empty while they load. */
export function toCurrencies(rates: readonly Reference[]): Currencies {
  const byId = new Map(rates.map((rate) => [rate.cianboxId, rate]))
  const signOf = (rate: Reference) => rate.symbol ?? rate.name
  const local = rates.find(({ isLocal }) => isLocal)
  return {
    localSymbol: local ? signOf(local) : PESO_SIGN,
    symbolOf: (id) => {
      if (id === null) return ''
      const rate = byId.get(id)
      return rate ? signOf(rate) : id
    },
    isLocal: (id) => id !== null && id === local?.cianboxId,
  }
}

/** The price at the point of sale: the offer if there is one, else the list price. */
export function chargedPrice(product: Pick<Product, 'price' | 'offer'>): string | null {
  return product.offer?.localFinal ?? product.price
}

/** Whether the offer differs from the list price. */
export function isDiscounted(product: Pick<Product, 'price' | 'offer'>): boolean {
  return product.price !== null && chargedPrice(product) !== product.price
}

/**
 * An amount in the list's currency and, if different, in the local currency. For a list in the local
 * currency they differ only by rounding.
 */
export function bothAmounts(
  amounts: Amounts,
  of: 'net' | 'final',
  isLocal: boolean,
): { own: string | null; local: string | null } {
  const own = amounts[of]
  const local = of === 'net' ? amounts.localNet : amounts.localFinal
  return { own, local: isLocal && local === own ? null : local }
}
