import { addPercentage } from './decimal.js'
import { describe } from './field-error.js'
import { readDecimal, readEach, readLink, toCount } from './fields.js'
import type { SourcePrice } from './source-product.js'
import type { Row } from './text.js'

const DEFAULT_LIST = '0'
const CENTS = 2

/** A product's prices: one a list, and the two that stand for the product. */
export interface Prices {
  lists: SourcePrice[]
  price: string | null
  priceNet: string | null
}

/**
 * `price` is the default list's (list 0) `final_calculado`. Without it, the net price plus tax,
 * rounded to cents: that net is in the account's currency, while a list's bare `final` may be in
 * another. Only without those, the default list's bare `final`. Both substitutes leave a note.
 *
 * `priceNet` is `precio_neto`, or the default list's `neto_calculado`.
 */
export function readPrices(row: Row, taxRate: string | null, notes: string[]): Prices {
  let base: ListPrice | undefined
  const lists = readEach(row, 'precios', notes, (entry) => {
    const price = readListPrice(entry, notes)
    if (price?.shown.listId === DEFAULT_LIST) base ??= price
    return price?.shown
  })
  const priceNet = readDecimal(row, 'precio_neto') ?? base?.netCalculated ?? null
  return { lists, price: choosePrice(base, priceNet, taxRate, notes), priceNet }
}

interface ListPrice {
  shown: SourcePrice
  netCalculated: string | null
  finalCalculated: string | null
}

function readListPrice(entry: Row, notes: string[]): ListPrice | undefined {
  const listId = toCount(entry.id_lista_precio)
  if (listId === undefined) {
    notes.push(`vino ${describe(entry.id_lista_precio)} como id de lista; se omitió.`)
    return undefined
  }
  const netCalculated = readDecimal(entry, 'neto_calculado')
  const finalCalculated = readDecimal(entry, 'final_calculado')
  const net = netCalculated ?? readDecimal(entry, 'neto')
  const final = finalCalculated ?? readDecimal(entry, 'final')
  const currencyId = readLink(entry, 'id_moneda', notes)
  return { shown: { listId: String(listId), currencyId, net, final }, netCalculated, finalCalculated }
}

function choosePrice(
  base: ListPrice | undefined,
  net: string | null,
  taxRate: string | null,
  notes: string[],
): string | null {
  if (base && base.finalCalculated !== null) return base.finalCalculated
  if (net !== null && taxRate !== null) {
    notes.push('La lista 0 vino sin precio final calculado: se usó el precio neto más la alícuota.')
    return addPercentage(net, taxRate, CENTS)
  }
  if (!base || base.shown.final === null) return null
  notes.push('La lista 0 vino sin precio final calculado: se usó su precio final, en la moneda de la lista.')
  return base.shown.final
}
