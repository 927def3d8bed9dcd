import { addPercentage, CENTS } from './decimal.js'
import { describe } from './field-error.js'
import { readDecimal, readEach, readLink, toCount } from './fields.js'
import type { SourcePrice } from './source-product.js'
import type { Row } from './text.js'

const DEFAULT_LIST = '0'

/** A product's prices: one per list, and the two of the product itself. */
export interface Prices {
  lists: SourcePrice[]
  price: string | null
  priceNet: string | null
}

/**
 * `price` is `final_calculado` of the default list (list 0). Without it, the net price plus tax, rounded to
 * cents: the net price is in the account's currency, while a list's `final` may be in another. Without both,
 * the default list's `final`, but only if the list has no currency, because a wrong price is worse than none.
 * Each fallback, and a missing price, adds a note.
 *
 * `priceNet` is `precio_neto`, or the default list's `neto_calculado`.
 */
export function readPrices(row: Row, taxRate: string | null, notes: string[]): Prices {
  const lists = readEach(row, 'precios', notes, (entry) => readListPrice(entry, notes))
  const base = lists.find(({ listId }) => listId === DEFAULT_LIST)
  const priceNet = readDecimal(row, 'precio_neto') ?? base?.localNet ?? null
  return { lists, price: choosePrice(base, priceNet, taxRate, notes), priceNet }
}

function readListPrice(entry: Row, notes: string[]): SourcePrice | undefined {
  const listId = toCount(entry.id_lista_precio)
  if (listId === undefined) {
    notes.push(`vino ${describe(entry.id_lista_precio)} como id de lista; se omitió.`)
    return undefined
  }
  return {
    listId: String(listId),
    currencyId: readLink(entry, 'id_moneda', notes),
    net: readDecimal(entry, 'neto'),
    final: readDecimal(entry, 'final'),
    localNet: readDecimal(entry, 'neto_calculado'),
    localFinal: readDecimal(entry, 'final_calculado'),
  }
}

function choosePrice(
  base: SourcePrice | undefined,
  net: string | null,
  taxRate: string | null,
  notes: string[],
): string | null {
  if (base && base.localFinal !== null) return base.localFinal
  if (net !== null && taxRate !== null) {
    notes.push('La lista 0 vino sin precio final calculado: se usó el precio neto más la alícuota.')
    return addPercentage(net, taxRate, CENTS)
  }
  if (!base || base.final === null) return null
  if (base.currencyId !== null) {
    notes.push(
      `La lista 0 vino en la moneda ${base.currencyId} y sin precio calculado: el precio quedó vacío.`,
    )
    return null
  }
  notes.push('La lista 0 vino sin precio final calculado y sin moneda: se usó su precio final.')
  return base.final
}
