import { RawJsonRow } from '../http/raw-json-row.js'
import type { Poison } from './fault.js'

type Row = Record<string, unknown>

/** A copy of a row with one invalid value, in the fields of the row's dialect. */
export function poisoned(row: unknown, poison: Poison): unknown {
  return POISONS[poison]({ ...(row as Row) })
}

const POISONS: Readonly<Record<Poison, (row: Row) => unknown>> = {
  'no-name': (row) => without(row, nameField(row)),
  'name-not-text': (row) => ({ ...row, [nameField(row)]: { texto: ['no', 'es', 'texto'] } }),
  'no-id': (row) => without(row, 'id'),
  'id-not-a-number': (row) => ({ ...row, id: 'abc' }),
  'price-nan': (row) => withPrice(row, 'NaN'),
  'price-huge': (row) => withPrice(row, 1e30),
  'price-negative': (row) => withPrice(row, -150.5),
  'price-ten-decimals': (row) => withPrice(row, 1234.0123456789),
  'nul-in-text': (row) => ({ ...row, [nameField(row)]: `ANTES\u0000DESPUÉS ${row[nameField(row)]}` }),
  'lone-surrogate': (row) => ({ ...row, [nameField(row)]: `\ud83d ${row[nameField(row)]}` }),
  'not-an-object': () => null,
  'number-too-large': (row) => new RawJsonRow({ ...row, peso: 0 }, '"peso":0', '"peso":1e200000'),
}

export const POISON_KINDS = Object.keys(POISONS) as readonly Poison[]

function nameField(row: Row): string {
  return 'nombre' in row ? 'nombre' : 'producto'
}

function without(row: Row, field: string): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== field))
}

function withPrice(row: Row, price: unknown): Row {
  if ('precio_venta' in row) return { ...row, precio_venta: price }
  const prices = Array.isArray(row.precios) ? row.precios : []
  const precios = prices.map((entry: Row, index) =>
    index === 0
      ? { ...entry, neto: price, final: price, neto_calculado: price, final_calculado: price }
      : entry,
  )
  return { ...row, precio_neto: price, precios }
}
