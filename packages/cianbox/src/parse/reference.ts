import { type Dialect, readEnvelope } from './envelope.js'
import { describe, FieldError } from './field-error.js'
import { isRecord, readBoolean, readDecimal, readLink, readText, requireName, toCount } from './fields.js'
import { mapRows } from './rows.js'
import type { SourceReject } from './source-product.js'
import type { Row } from './text.js'

/** The common fields of the entries of reference lists. */
export interface ReferenceItem {
  id: string
  name: string
  isActive: boolean
  raw: Record<string, unknown>
  notes: string[]
}

export interface Category extends ReferenceItem {
  /** null at the root. */
  parentId: string | null
}

export type Brand = ReferenceItem

export type Season = ReferenceItem

export interface PriceList extends ReferenceItem {
  /** `vencimiento`, unchanged. */
  expires: string | null
}

export interface Branch extends ReferenceItem {
  phone: string | null
  address: string | null
  city: string | null
  province: string | null
}

export interface ExchangeRate extends ReferenceItem {
  symbol: string | null
  /** Code of the tax authority. */
  afipCode: string | null
  /** Units of the main currency per unit of this one, as a decimal string. */
  rate: string | null
  isMain: boolean
}

/** The reference lists and the type of their entries. */
export interface ReferenceItems {
  categories: Category
  brands: Brand
  price_lists: PriceList
  seasons: Season
  branches: Branch
  exchange_rates: ExchangeRate
}

export type ReferenceKind = keyof ReferenceItems

/** One page of a reference list: `received` = items + rejects. */
export interface ReferencePage<K extends ReferenceKind> {
  items: ReferenceItems[K][]
  rejects: SourceReject[]
  page: number | null
  totalPages: number | null
  received: number
}

/**
 * Reads a response of a reference list. Pure; an invalid row becomes a reject. The simple dialect is
 * documented only for products, so for it both envelopes and both sets of field names are accepted.
 *
 * @throws {CianboxError} `invalid_response` when the envelope is invalid
 */
export function parseReferencePage<K extends ReferenceKind>(
  json: unknown,
  kind: K,
  dialect: Dialect,
  ctx: { requestedPage: number; limit: number },
): ReferencePage<K> {
  const shape = dialect === 'simple' && isRecord(json) && !('data' in json) ? 'v2' : dialect
  const { rows, page, totalPages } = readEnvelope(json, shape, ctx.limit)
  const map: (row: Row, notes: string[]) => ReferenceItems[K] = MAPPERS[kind]
  return { ...mapRows(rows, ctx.requestedPage, map), page, totalPages, received: rows.length }
}

const MAPPERS: { [K in ReferenceKind]: (row: Row, notes: string[]) => ReferenceItems[K] } = {
  categories: (row, notes) => ({
    ...readItem(row, 'categoria', notes),
    parentId: readLink(row, 'padre', notes),
  }),
  brands: (row, notes) => readItem(row, 'marca', notes),
  price_lists: (row, notes) => ({
    ...readItem(row, 'lista', notes),
    expires: readText(row, 'vencimiento', notes),
  }),
  seasons: (row, notes) => readItem(row, 'temporada', notes),
  branches: (row, notes) => ({
    ...readItem(row, 'sucursal', notes),
    phone: readText(row, 'telefono', notes),
    address: readText(row, 'domicilio', notes),
    city: readText(row, 'localidad', notes),
    province: readText(row, 'provincia', notes),
  }),
  exchange_rates: (row, notes) => ({
    ...readItem(row, 'moneda', notes),
    symbol: readText(row, 'simbolo', notes),
    afipCode: readText(row, 'codigo_afip', notes),
    rate: readDecimal(row, 'cotizacion'),
    isMain: readBoolean(row, 'principal', false, notes),
  }),
}

function readItem(row: Row, nameField: string, notes: string[]): ReferenceItem {
  // Unlike a product's id, this one may be 0: the default price list has id 0.
  const id = toCount(row.id)
  if (id === undefined) {
    throw new FieldError('id', `El id tiene que ser un número entero y vino ${describe(row.id)}.`)
  }
  return {
    id: String(id),
    name: requireName(row, nameField in row || !('nombre' in row) ? nameField : 'nombre'),
    isActive: readBoolean(row, 'vigente' in row ? 'vigente' : 'activo', true, notes),
    raw: row,
    notes,
  }
}
