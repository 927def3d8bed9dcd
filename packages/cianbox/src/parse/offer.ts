import { addPercentage, CENTS } from './decimal.js'
import { describe, FieldError } from './field-error.js'
import { isRecord, readDecimal } from './fields.js'
import type { SourceAmounts } from './source-product.js'
import type { Row } from './text.js'

/**
 * The offer of a product that is on offer: the four amounts of `detalle_oferta` if present, because its
 * calculated ones include the list's rounding. Else `precio_oferta` and `precio_oferta_calculado`, which are
 * net; the local price with tax is then calculated, rounded to cents, with a note. An amount of 0 or less is
 * treated as absent, because products without an offer have 0.
 *
 * @returns null, with a note, when there is no amount
 */
export function readOffer(row: Row, taxRate: string | null, notes: string[]): SourceAmounts | null {
  const detail = readDetail(row, notes)
  const localNet = detail.localNet ?? readAmount(row, 'precio_oferta_calculado')
  const offer = {
    net: detail.net ?? readAmount(row, 'precio_oferta'),
    final: detail.final,
    localNet,
    localFinal: detail.localFinal ?? withTax(localNet, taxRate, notes),
  }
  if (Object.values(offer).some((amount) => amount !== null)) return offer
  notes.push('oferta: el producto está en oferta y vino sin precio de oferta.')
  return null
}

const NO_DETAIL: SourceAmounts = { net: null, final: null, localNet: null, localFinal: null }

function readDetail(row: Row, notes: string[]): SourceAmounts {
  const detail = row.detalle_oferta
  if (isRecord(detail)) return readDetailAmounts(detail)
  // PHP encodes an empty associative array as an empty list.
  const isNone = detail === undefined || detail === null || detail === '' || isEmptyList(detail)
  if (!isNone) notes.push(`detalle_oferta: vino ${describe(detail)} en lugar de un objeto; se omitió.`)
  return NO_DETAIL
}

function readDetailAmounts(detail: Row): SourceAmounts {
  try {
    return {
      net: readAmount(detail, 'precio_oferta_neto'),
      final: readAmount(detail, 'precio_oferta_final'),
      localNet: readAmount(detail, 'precio_oferta_neto_calculado'),
      localFinal: readAmount(detail, 'precio_oferta_final_calculado'),
    }
  } catch (error) {
    throw error instanceof FieldError ? error.within('detalle_oferta') : error
  }
}

function readAmount(row: Row, field: string): string | null {
  const amount = readDecimal(row, field)
  return amount === null || isZeroOrLess(amount) ? null : amount
}

function isZeroOrLess(amount: string): boolean {
  return amount === '0' || amount.startsWith('-')
}

function withTax(net: string | null, taxRate: string | null, notes: string[]): string | null {
  if (net === null || taxRate === null) return null
  const final = addPercentage(net, taxRate, CENTS)
  if (isZeroOrLess(final)) return null
  notes.push('La oferta vino sin precio final calculado: se usó el precio neto de oferta más la alícuota.')
  return final
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}
