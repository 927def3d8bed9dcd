import { describe, FieldError } from './field-error.js'
import {
  readBoolean,
  readDecimal,
  readEach,
  readLink,
  readText,
  requireId,
  requireName,
  toCount,
} from './fields.js'
import { readImageUrls } from './images.js'
import { MAX_CODE, MAX_DESCRIPTION } from './limits.js'
import { readOffer } from './offer.js'
import { readPrices } from './prices.js'
import type { SourceBranchStock, SourceProduct } from './source-product.js'
import { taxPercentage } from './tax-rate.js'
import type { Row } from './text.js'
import { argentineTimeToIso } from './time.js'

/** A row of `GET /productos` as documented for API v2. */
export function mapProductV2(row: Row, notes: string[]): SourceProduct {
  const id = requireId(row)
  const name = requireName(row, 'producto')
  const taxRate = readTaxRate(row)
  const { lists, price, priceNet } = readPrices(row, taxRate, notes)
  const onOffer = readBoolean(row, 'oferta', false, notes)
  return {
    id,
    name,
    sku: readText(row, 'codigo_interno', notes, MAX_CODE),
    barcode: readText(row, 'codigo_barras', notes, MAX_CODE),
    description: readText(row, 'descripcion', notes, MAX_DESCRIPTION),
    price,
    priceNet,
    onOffer,
    offer: onOffer ? readOffer(row, taxRate, notes) : null,
    cost: readCost(row),
    taxRate,
    stock: readDecimal(row, 'stock_total'),
    reserved: readDecimal(row, 'reservado'),
    categoryId: readLink(row, 'id_categoria', notes),
    categoryName: readText(row, 'categoria', notes),
    brandId: readLink(row, 'id_marca', notes),
    brandName: readText(row, 'marca', notes),
    isActive: readBoolean(row, 'vigente', true, notes),
    parentId: readLink(row, 'id_producto_padre', notes),
    isParent: readBoolean(row, 'es_padre', false, notes),
    size: readText(row, 'talle', notes),
    color: readText(row, 'color', notes),
    gender: readText(row, 'genero', notes),
    season: readText(row, 'temporada', notes),
    material: readText(row, 'material', notes),
    location: readText(row, 'ubicacion', notes),
    condition: readText(row, 'estado', notes),
    warranty: readText(row, 'garantia', notes),
    imageUrls: readImageUrls(row, notes),
    prices: lists,
    stockByBranch: readBranchStock(row, notes),
    sourceUpdatedAt: readUpdated(row, notes),
    raw: row,
    notes,
  }
}

/** Reads both fields, so that an invalid `costo` rejects the row in any case. */
function readCost(row: Row): string | null {
  const plain = readDecimal(row, 'costo')
  return readDecimal(row, 'costo_neto_calculado') ?? plain
}

function readTaxRate(row: Row): string | null {
  const rate = readDecimal(row, 'alicuota_iva')
  if (rate?.startsWith('-')) {
    throw new FieldError('alicuota_iva', `alicuota_iva: ${describe(rate)} no puede ser negativa.`)
  }
  return rate === null ? null : taxPercentage(rate)
}

function readBranchStock(row: Row, notes: string[]): SourceBranchStock[] {
  return readEach(row, 'stock_sucursal', notes, (entry) => {
    const branchId = toCount(entry.id_sucursal)
    if (branchId === undefined) {
      notes.push(`vino ${describe(entry.id_sucursal)} como id de sucursal; se omitió.`)
      return undefined
    }
    return {
      branchId: String(branchId),
      stock: readDecimal(entry, 'stock'),
      reserved: readDecimal(entry, 'reservado'),
      available: readDecimal(entry, 'disponible'),
    }
  })
}

function readUpdated(row: Row, notes: string[]): string | null {
  const value = row.updated
  if (value === undefined || value === null || value === '') return null
  const iso = typeof value === 'string' ? argentineTimeToIso(value) : undefined
  if (iso === undefined) notes.push(`updated: ${describe(value)} no es una fecha y hora; se dejó vacía.`)
  return iso ?? null
}
