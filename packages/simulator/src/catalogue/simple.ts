import type { ProductRow, SimpleProductRow } from './rows.js'

/**
 * A product in the v0 contract's simple dialect. Products with odd ids have amounts as text and `activo` as
 * `"1"`/`"0"`, those with even ids as numbers and booleans; the v0 contract's code accepts both.
 */
export function toSimple(row: ProductRow): SimpleProductRow {
  const price = row.precios.find(({ id_lista_precio }) => id_lista_precio === 0)?.final_calculado ?? 0
  const asText = row.id % 2 === 1
  return {
    id: row.id,
    codigo: row.codigo_interno,
    codigo_barras: row.codigo_barras,
    nombre: row.producto,
    descripcion: row.descripcion,
    precio_venta: asText ? String(price) : price,
    precio_costo: asText ? String(row.costo) : row.costo,
    stock: asText ? String(row.stock_total) : row.stock_total,
    categoria_id: row.id_categoria,
    marca_id: row.id_marca,
    activo: asText ? (row.vigente ? '1' : '0') : row.vigente,
  }
}
