import { hash32, unit } from '../random.js'
import type { Identity } from './identity.js'
import { INITIAL_DOLLAR } from './reference-lists.js'
import type { OfferDetail, Price } from './rows.js'

/** A price as a person enters it. {@link priceOf} calculates the other amounts. */
export interface PriceBasis {
  listId: number
  currencyId: number
  neto: number
  redondeo: number
}

const ROUNDINGS = [0, 1, 5, 10, 50, 100] as const
const DOLLAR = 2

/** The generated prices of a product, one per list. List 3 is always in dollars. */
export function basisOf(seed: number, id: number, identity: Identity): PriceBasis[] {
  const [low, high] = identity.assortment.price
  const pesos = low * (high / low) ** unit(seed, id, 30)
  const dollars = identity.trade === 'ferreteria' && hash32(seed, id, 31) % 6 === 0
  const currencyId = dollars ? DOLLAR : 1
  const base = dollars ? pesos / INITIAL_DOLLAR : pesos
  const redondeo = ROUNDINGS[hash32(seed, id, 32) % ROUNDINGS.length] ?? 0
  return [
    { listId: 0, currencyId, neto: round4(base), redondeo },
    { listId: 1, currencyId, neto: round4(base * 0.9), redondeo },
    { listId: 2, currencyId, neto: round4(base * 1.25), redondeo },
    { listId: 3, currencyId: DOLLAR, neto: round4((pesos * 0.8) / INITIAL_DOLLAR), redondeo: 0 },
  ]
}

/** VAT as a multiplier. */
export function vatOf(seed: number, id: number, identity: Identity): number {
  const reduced = identity.trade === 'supermercado' ? 30 : 4
  return hash32(seed, id, 33) % 100 < reduced ? 1.105 : 1.21
}

/**
 * A row of `precios`, calculated as in the documented examples: `final = neto × VAT` in the list's
 * currency; `final_calculado` is `final` in pesos, rounded up to a multiple of `redondeo` (0: not rounded
 * up); `neto_calculado` is `final_calculado` without VAT.
 */
export function priceOf(basis: PriceBasis, vat: number, rate: number, updated: string): Price {
  const final = round4(basis.neto * vat)
  const finalCalculado = roundUp(final * rate, basis.redondeo)
  return {
    id_lista_precio: basis.listId,
    updated,
    id_moneda: basis.currencyId,
    neto: basis.neto,
    final,
    redondeo: basis.redondeo,
    neto_calculado: round4(finalCalculado / vat),
    final_calculado: finalCalculado,
  }
}

/** An offer on the first list, in each form in which a row shows it. */
export interface Offer {
  detail: OfferDetail
  /** As a row of `precios`. */
  price: Price
  /** The net amount in pesos without the list's rounding: `precio_oferta_calculado`. */
  unrounded: number
}

/** @param updated when the price last changed, as rows show it */
export function makeOffer(
  basis: PriceBasis,
  neto: number,
  vat: number,
  rate: number,
  updated: string,
): Offer {
  return {
    detail: offerOf(basis, neto, vat, rate),
    price: priceOf({ ...basis, neto }, vat, rate, updated),
    unrounded: round4(neto * rate),
  }
}

/** `detalle_oferta`: the offer's price and the original one, each net, final and calculated. */
export function offerOf(basis: PriceBasis, offerNeto: number, vat: number, rate: number): OfferDetail {
  const offer = priceOf({ ...basis, neto: offerNeto }, vat, rate, '')
  const original = priceOf(basis, vat, rate, '')
  return {
    precio_oferta_neto: offer.neto,
    precio_oferta_final: offer.final,
    precio_oferta_neto_calculado: offer.neto_calculado,
    precio_oferta_final_calculado: offer.final_calculado,
    precio_original_neto: original.neto,
    precio_original_final: original.final,
    precio_original_neto_calculado: original.neto_calculado,
    precio_original_final_calculado: original.final_calculado,
  }
}

export function round4(value: number): number {
  return Math.round(value * 10_000) / 10_000
}

/** Subtracts a small tolerance first, so that 15.0000000001 stays 15 and does not become 20. */
function roundUp(value: number, multiple: number): number {
  if (multiple <= 0) return round4(value)
  return Math.ceil(value / multiple - 1e-9) * multiple
}
