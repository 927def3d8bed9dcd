import type { Amounts, Product, Reference } from '@espejo/contract'

/** How the amounts of a tenant's catalogue are signed. */
export interface Currencies {
  /** Of the local currency. */
  localSymbol: string
  /** Of a currency by its id: its symbol, else its name, else its id; none for no currency. */
  symbolOf: (currencyId: string | null) => string
  isLocal: (currencyId: string | null) => boolean
}

/** Cianbox is an Argentine ERP: an account whose currencies cannot be read has pesos. */
const PESO_SIGN = '$'

/** @param rates the list of exchange rates; empty while it is being read */
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

/** What a point of sale charges: the offer where there is one, else the price. */
export function chargedPrice(product: Pick<Product, 'price' | 'offer'>): string | null {
  return product.offer?.localFinal ?? product.price
}

/** Whether an offer makes the product cost something else than its list price. */
export function isDiscounted(product: Pick<Product, 'price' | 'offer'>): boolean {
  return product.price !== null && chargedPrice(product) !== product.price
}

/**
 * An amount as the list has it and, where that is not the same, as it is locally. Of a list in the local
 * currency both differ only by the list's rounding.
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
