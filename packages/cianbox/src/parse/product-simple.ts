import { readBoolean, readDecimal, readLink, readText, requireId, requireName } from './fields.js'
import { MAX_CODE, MAX_DESCRIPTION } from './limits.js'
import type { SourceProduct } from './source-product.js'
import type { Row } from './text.js'

/** A row of the simplified dialect. As in the v0 contract, only `activo` "1" or true is active. */
export function mapProductSimple(row: Row, notes: string[]): SourceProduct {
  return {
    id: requireId(row),
    name: requireName(row, 'nombre'),
    sku: readText(row, 'codigo', notes, MAX_CODE),
    barcode: readText(row, 'codigo_barras', notes, MAX_CODE),
    description: readText(row, 'descripcion', notes, MAX_DESCRIPTION),
    price: readDecimal(row, 'precio_venta'),
    priceNet: null,
    onOffer: false,
    offer: null,
    cost: readDecimal(row, 'precio_costo'),
    taxRate: null,
    stock: readDecimal(row, 'stock'),
    reserved: null,
    categoryId: readLink(row, 'categoria_id', notes),
    categoryName: null,
    brandId: readLink(row, 'marca_id', notes),
    brandName: null,
    isActive: readBoolean(row, 'activo', false, notes),
    parentId: null,
    isParent: false,
    size: null,
    color: null,
    gender: null,
    season: null,
    material: null,
    location: null,
    condition: null,
    warranty: null,
    imageUrls: [],
    prices: [],
    stockByBranch: [],
    sourceUpdatedAt: null,
    raw: row,
    notes,
  }
}
